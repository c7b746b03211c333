// What the review tells in a sentence or a list: what many cards become, what two people said.

export function sentenceOf({ decided, lines, refused, left }, [one, several]) {
    const shown = lines.slice(0, 12).join(", ") + (lines.length > 12 ? ", …" : "");
    const parts = [];
    if (decided) parts.push(decided > 1 ? `${decided} cartões ${several}: linhas ${shown}.` : `Um cartão ${one}: linha ${shown}.`);
    for (const { line, message } of refused.slice(0, 5)) parts.push(`A linha ${line} fica como está: ${message}`);
    if (refused.length > 5) parts.push(`E mais ${refused.length - 5} ficam como estão.`);
    if (left) parts.push(`Outros ${left} ficam para a próxima vez.`);
    return parts.join("\n");
}

export function list(title, pairs) {
    const section = document.createElement("section");
    section.className = "sheet";
    const heading = document.createElement("h3");
    heading.textContent = title;
    const facts = document.createElement("dl");
    facts.className = "facts";
    for (const [name, value] of pairs) {
        const pair = document.createElement("div");
        for (const [tag, text] of [["dt", name], ["dd", value]]) pair.append(Object.assign(document.createElement(tag), { textContent: text }));
        facts.append(pair);
    }
    section.append(heading, facts);
    return section;
}
