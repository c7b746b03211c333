// Answers that are not saved yet outlive a reload; the cards saved last can be taken back.

const DRAFT = "cartao:";
const MOST_UNDO = 50;
const LONGEST = 30 * 24 * 3600 * 1000; // milliseconds that a draft is kept

// A browser that keeps nothing reviews all the same.
function safely(work, otherwise = null) {
    try {
        return work();
    } catch {
        return otherwise;
    }
}

export function keepDraft(person, card, draft) {
    const key = `${DRAFT}${person}:${card}`;
    safely(() => (draft ? localStorage.setItem(key, JSON.stringify({ ...draft, at: Date.now() })) : localStorage.removeItem(key)));
}

export function findDraft(person, card) {
    return safely(() => JSON.parse(localStorage.getItem(`${DRAFT}${person}:${card}`)));
}

// What nobody came back to does not stay on the computer.
export function dropOldDrafts() {
    safely(() => {
        for (const key of Object.keys(localStorage).filter((one) => one.startsWith(DRAFT))) {
            const { at = 0 } = safely(() => JSON.parse(localStorage.getItem(key))) ?? {};
            if (at < Date.now() - LONGEST) localStorage.removeItem(key);
        }
    });
}

export function saved(pile) {
    return safely(() => JSON.parse(sessionStorage.getItem(`salvos:${pile}`))) ?? [];
}

export function keepSaved(pile, list) {
    safely(() => sessionStorage.setItem(`salvos:${pile}`, JSON.stringify(list.slice(-MOST_UNDO))));
}
