// A question of the condition is put together from choices and joined to what is written already.

const builder = document.querySelector("[data-builder]");
const find = (what) => builder.querySelector(what);

if (builder) {
    builder.hidden = false;
    find("[data-name]").addEventListener("change", offerVerbs);
    find("[data-verb]").addEventListener("change", offerValue);
    find("[data-add]").addEventListener("click", add);
    find("[data-value]").addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault(); // adds the question, and does not send the form
        add();
    });
    offerVerbs();
}

function kind() {
    return find("[data-name]").selectedOptions[0].dataset.kind;
}

// Texts are asked for words, amounts for more or less, days for a day.
function offerVerbs() {
    const verbs = [...find("[data-verb]").options];
    for (const verb of verbs) verb.hidden = verb.disabled = verb.dataset.kind !== kind();
    verbs.find((verb) => !verb.disabled).selected = true;
    find("[data-value]").value = "";
    find("[data-value]").type = kind() === "date" ? "date" : "text";
    offerValue();
}

function offerValue() {
    find("[data-value-field]").hidden = !pattern().includes("{value}");
}

function chosen(what) {
    const { label } = find(what).selectedOptions[0];
    return label[0].toLowerCase() + label.slice(1);
}

function pattern() {
    return find("[data-verb]").value;
}

function add() {
    const field = find("[data-value]");
    const value = written(field.value.trim());
    if (pattern().includes("{value}") && !value) return field.focus();
    const question = pattern().replace("{name}", find("[data-name]").value).replace("{value}", () => value);
    const condition = document.querySelector("#when");
    const before = condition.value.trim();
    condition.value = before ? joined(before, question) : question;
    condition.dispatchEvent(new Event("input", { bubbles: true }));
    find("[data-told]").textContent = `Acrescentado: ${chosen("[data-name]")} ${chosen("[data-verb]")} ${field.value}`;
    field.value = "";
    return (find("[data-value-field]").hidden ? find("[data-name]") : field).focus();
}

// “ou” joins the question to all that stands before it, which therefore goes into brackets.
function joined(before, question) {
    const word = find("[data-join]").value;
    const isMixed = word === "and" ? /\bor\b/.test(before) : /\band\b/.test(before);
    return `${isMixed ? `(${before})` : before}\n${word} ${question}`;
}

// 1.500,00 as the condition writes it; quotation marks would end the text.
function written(value) {
    if (kind() !== "number") return value.replaceAll('"', "");
    return value.includes(",") ? value.replaceAll(".", "").replace(",", ".") : value;
}
