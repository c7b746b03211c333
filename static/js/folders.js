// The files of a drop, those of folders included, each with its path inside of what was dropped.

export async function filesOf(transfer) {
    // Entries are gone when the event is over: they are taken before the first wait.
    const items = [...transfer.items].filter((item) => item.kind === "file");
    const entries = items.map((item) => item.webkitGetAsEntry?.());
    if (!entries.length || !entries.every(Boolean)) return plain(transfer.files);
    const found = [];
    for (const entry of entries) await walk(entry, found);
    return found;
}

export function plain(files) {
    return [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

async function walk(entry, found) {
    if (entry.isFile) {
        const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
        found.push({ file, path: entry.fullPath.replace(/^\//, "") });
        return;
    }
    const reader = entry.createReader();
    for (;;) {
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (!some.length) return;
        for (const one of some) await walk(one, found);
    }
}
