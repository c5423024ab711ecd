/** What a page of ours may load: nothing from elsewhere. */
export const pagePolicy = (styles = "'self'") =>
  `default-src 'none'; script-src 'self'; style-src ${styles}; img-src 'self' data:; connect-src 'self'; ` +
  `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** And what the portal may do: it never makes elements out of text, so that no text can become a script. */
export const portalPolicy = `${pagePolicy()}; require-trusted-types-for 'script'; trusted-types 'none'`;
