// SHA-256 of files beside the page, so that the page stays quick.

onmessage = async ({ data: { id, file } }) => {
    try {
        const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
        const bytes = [...new Uint8Array(digest)];
        postMessage({ id, sha256: bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("") });
    } catch (fault) {
        postMessage({ id, fault: fault.name });
    }
};
