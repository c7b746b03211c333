// The sheet beside the fields: nearer, farther, turned, dragged. It keeps its place from card to card.

const STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4, 6];
const TALL = 1.414; // until the picture has told its own measures
const CLOSE = 0.5; // of the sheet's width, what the region of a field is brought to
const CLOSEST = 3;
const view = { scale: 1, turn: 0, which: null, left: 0, top: 0, isOwn: false };

export class Pictures {
    constructor(card) {
        this.element = card.querySelector("[data-pictures]");
        this.sheet = card.querySelector("[data-sheet]");
        if (!this.sheet) return;
        this.canvas = this.sheet.querySelector("[data-canvas]");
        this.images = [...this.canvas.querySelectorAll("img")];
        this.element.addEventListener("click", (event) => this.click(event.target.closest("button")));
        this.sheet.addEventListener("scroll", () => Object.assign(view, { left: this.sheet.scrollLeft, top: this.sheet.scrollTop }));
        this.sheet.addEventListener("pointerdown", (event) => this.drag(event));
        this.canvas.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
        this.frame = this.canvas.querySelector("[data-frame]");
        card.addEventListener("focusin", (event) => this.follow(event.target.closest("[data-field]")?.dataset.field));
        for (const image of this.images) image.addEventListener("load", () => this.approach());
        const measured = this.images.find((image) => image.dataset.regions);
        this.show(view.which ?? Number((measured ?? this.images[0]).dataset.shown));
    }

    act(key) {
        if (!this.sheet) return null;
        const acts = { "+": () => this.zoom(1), "=": () => this.zoom(1), "-": () => this.zoom(-1), r: () => this.rotate(), o: () => this.exchange() };
        return acts[key] ?? null;
    }

    click(button) {
        if (!button) return;
        if (button.dataset.picture) this.choose(Number(button.dataset.picture));
        if (button.dataset.zoom === "in") this.zoom(1);
        if (button.dataset.zoom === "out") this.zoom(-1);
        if (button.dataset.zoom === "turn") this.rotate();
    }

    show(which) {
        const shown = this.images.find((image) => Number(image.dataset.shown) === which) ?? this.images[0];
        for (const image of this.images) image.hidden = image !== shown;
        this.shown = shown;
        for (const button of this.element.querySelectorAll("[data-picture]")) {
            button.setAttribute("aria-pressed", String(button.dataset.picture === shown.dataset.shown));
        }
        this.approach();
    }

    choose(which) {
        view.which = which;
        this.show(which);
    }

    exchange() {
        const other = this.images[(this.images.indexOf(this.shown) + 1) % this.images.length];
        this.choose(Number(other.dataset.shown));
    }

    zoom(way) {
        const place = STEPS.findIndex((step) => step >= view.scale);
        const scale = STEPS[Math.min(Math.max(place + way, 0), STEPS.length - 1)];
        const { clientWidth, clientHeight } = this.sheet;
        const grown = scale / view.scale;
        view.left = (view.left + clientWidth / 2) * grown - clientWidth / 2;
        view.top = (view.top + clientHeight / 2) * grown - clientHeight / 2;
        Object.assign(view, { scale, isOwn: true });
        this.lay();
    }

    rotate() {
        view.turn = (view.turn + 90) % 360;
        this.approach();
    }

    // The field in hand, where the layout says where it lies.
    follow(field) {
        if (!field || field === this.field) return;
        this.field = field;
        this.approach();
    }

    region() {
        const [x, y, w, h] = JSON.parse(this.shown.dataset.regions ?? "{}")[this.field] ?? [];
        if (w === undefined) return null;
        return { 0: [x, y, w, h], 90: [1 - y - h, x, h, w], 180: [1 - x - w, 1 - y - h, w, h], 270: [y, 1 - x - w, h, w] }[view.turn];
    }

    // Bring the field's region to the middle; as near as it needs until somebody chose a zoom.
    approach() {
        const region = this.region();
        if (region && !view.isOwn) {
            const wanted = Math.min(Math.max(CLOSE / region[2], 1), CLOSEST);
            view.scale = STEPS.findLast((step) => step <= wanted);
        }
        this.lay();
        if (!region) return;
        const [x, y, w, h] = region;
        const { clientWidth, clientHeight } = this.sheet;
        this.sheet.scrollTo((x + w / 2) * this.canvas.offsetWidth - clientWidth / 2, (y + h / 2) * this.canvas.offsetHeight - clientHeight / 2);
    }

    lay() {
        const { left, top } = view;
        const ratio = this.shown.naturalWidth ? this.shown.naturalHeight / this.shown.naturalWidth : TALL;
        const wide = this.sheet.clientWidth * view.scale;
        const isUpright = view.turn % 180 === 0;
        const width = isUpright ? wide : wide / ratio;
        const sizes = isUpright ? [width, width * ratio] : [width * ratio, width];
        this.shown.style.width = `${width}px`;
        this.shown.style.transform = `translate(-50%, -50%) rotate(${view.turn}deg)`;
        this.canvas.style.width = `${sizes[0]}px`;
        this.canvas.style.height = `${sizes[1]}px`;
        this.sheet.scrollTo(left, top);
        this.mark(this.region());
        const scale = this.element.querySelector("[data-scale]");
        if (scale) scale.textContent = `${Math.round(view.scale * 100)}%`;
    }

    mark(region) {
        this.frame.hidden = !region;
        const sides = ["left", "top", "width", "height"];
        for (const [place, part] of (region ?? []).entries()) this.frame.style[sides[place]] = `${part * 100}%`;
    }

    drag(event) {
        if (event.pointerType !== "mouse" || event.button) return;
        let [x, y] = [event.clientX, event.clientY];
        this.sheet.setPointerCapture(event.pointerId);
        const move = (moved) => {
            this.sheet.scrollBy(x - moved.clientX, y - moved.clientY);
            [x, y] = [moved.clientX, moved.clientY];
        };
        this.sheet.addEventListener("pointermove", move);
        this.sheet.addEventListener("pointerup", () => this.sheet.removeEventListener("pointermove", move), { once: true });
    }
}

export function fetchAhead(address) {
    if (address) new Image().src = address;
}
