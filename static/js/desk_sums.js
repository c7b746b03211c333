// What marked notes and lines come to, in cents, as the server will book them.

const FEW = 5; // cents that nobody asks about
const KINDS = { discount: "de desconto", withheld: "de imposto retido", fee: "de tarifa", card: "de taxa do adquirente", interest: "de multa e juros", cents: "de centavos" };

// `side` is where an unnamed difference lies: "more" was paid than is owed, "less", or "" for none.
export function told(left, notes, lines, given) {
    const sum = (values) => values.reduce((total, value) => total + value, 0);
    const paid = left + sum(lines) + sum(notes.map((one) => Number(one.paid)));
    const owed = sum(notes.map((one) => Number(one.owed)));
    const gap = paid - owed;
    const kind = provenKind(gap, sum(notes.map((one) => Number(one.withheld))));
    const side = kind || !gap ? "" : gap > 0 ? "more" : "less";
    const named = kind || given;
    const whole = notes.map((one) => (notes.length === 1 ? `${one.names} de ${brl(owed)}` : `${one.names} ${brl(Number(one.owed))}`)).join(" + ");
    return { side, equation: `${brl(paid)} = ${named || gap >= 0 ? "" : "parte de "}${whole}${difference(gap, named)}`, rest: rest(gap, named, notes.length) };
}

function provenKind(gap, withheld) {
    if (!gap) return "";
    if (gap === -withheld) return "withheld";
    return Math.abs(gap) <= FEW ? "cents" : "";
}

function difference(gap, kind) {
    if (!gap || (gap < 0 && !kind)) return "";
    return ` ${gap > 0 ? "+" : "−"} ${brl(Math.abs(gap))} ${KINDS[kind] ?? "sem explicação"}`;
}

function rest(gap, kind, count) {
    if (!gap || kind) return "sobra R$ 0,00";
    if (gap > 0) return `sobram ${brl(gap)} no lançamento`;
    return `ficam em aberto ${brl(-gap)} ${count > 1 ? "nas notas" : "na nota"}`;
}

export function brl(cents) {
    return (cents / 100).toLocaleString("pt-BR", { style: "currency", currency: "BRL" }).replace("\u00a0", " ");
}
