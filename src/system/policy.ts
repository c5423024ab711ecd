/** What a page of ours may load: nothing from elsewhere. And it never makes elements out of text, so that no text can become a script. */
export const portalPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** Of the page at /docs, which shows the viewer of the reference in a frame. */
export const docsPolicy = `${portalPolicy}; frame-src 'self'`;

/**
 * And of that viewer, megabytes that others wrote, which makes elements out of text. `sandbox` without `allow-same-origin`
 * gives it an origin of its own: it reaches nothing that the portal keeps in this browser, asks no server, and gets what it
 * shows from the page around it.
 */
export const viewerPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads";
