/** Our pages load nothing from elsewhere, and never make elements out of text, so that no text can become a script. */
export const portalPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** For the page at /docs, which shows the viewer of the reference in a frame. */
export const docsPolicy = `${portalPolicy}; frame-src 'self'`;

/**
 * For that viewer, which is megabytes of other people's code and makes elements out of text. `sandbox` without
 * `allow-same-origin` gives it an origin of its own: it reaches nothing that the portal stores in this browser and no
 * server. The page around it sends it what it shows.
 */
export const viewerPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads";
