import type { Context, MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/** Headers that this server doesn't send though Hono would: obsolete ones, and HSTS. */
const UNUSED = {
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  referrerPolicy: false,
  // By plain http browsers ignore it; by https it is for the proxy to promise.
  strictTransportSecurity: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
} as const;

/** Headers for everything that isn't a document: `nosniff`, and not for pages of other sites. */
const forOthers = secureHeaders(UNUSED);

/** Headers for documents, which also say what the page may do. */
const forDocuments = secureHeaders({
  ...UNUSED,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    requireTrustedTypesFor: ["'script'"],
    trustedTypes: ["'none'"],
  },
  crossOriginOpenerPolicy: true,
  permissionsPolicy: {
    camera: [],
    displayCapture: [],
    geolocation: [],
    microphone: [],
    payment: [],
    usb: [],
  },
  referrerPolicy: true,
});

/**
 * Puts security headers on every response but an upgrade: the full set on documents, a short one
 * on everything else. The page's 304 counts as a document, as its headers replace cached ones.
 */
export function securityHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (c.res.status === 101) return;
    await (isDocument(c) ? forDocuments : forOthers)(c, () => Promise.resolve());
  };
}

function isDocument(c: Context): boolean {
  const mediaType = c.res.headers.get("content-type") ?? "";
  return mediaType.startsWith("text/html") || (c.req.path === "/" && c.res.status === 304);
}
