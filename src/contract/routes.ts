/** The first path segments that the API serves; all else is the page. */
export const API_ROUTES = ['api', 'oauth', 'images'] as const;

/** Below an API route, but served by the page. */
export const PAGE_ROUTE_BELOW_API = '/oauth/success';
