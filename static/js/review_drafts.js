// Answers that are not saved yet outlive a reload; the cards saved last can be taken back.

const DRAFT = "cartao:";
const MOST_UNDO = 50;

// A browser that keeps nothing reviews all the same.
function safely(work, otherwise = null) {
    try {
        return work();
    } catch {
        return otherwise;
    }
}

export function keepDraft(card, version, draft) {
    const key = `${DRAFT}${card}:${version}`;
    safely(() => (draft ? localStorage.setItem(key, JSON.stringify(draft)) : localStorage.removeItem(key)));
}

export function findDraft(card, version) {
    return safely(() => JSON.parse(localStorage.getItem(`${DRAFT}${card}:${version}`)));
}

export function dropDrafts(card) {
    safely(() => {
        for (const key of Object.keys(localStorage)) {
            if (key.startsWith(`${DRAFT}${card}:`)) localStorage.removeItem(key);
        }
    });
}

export function saved(batch) {
    return safely(() => JSON.parse(sessionStorage.getItem(`salvos:${batch}`))) ?? [];
}

export function keepSaved(batch, list) {
    safely(() => sessionStorage.setItem(`salvos:${batch}`, JSON.stringify(list.slice(-MOST_UNDO))));
}
