/** A path prefix that API Gateway and CloudFront route to the function. */
export interface ApiRoute {
  readonly prefix: string;
  /** Whether LibreChat also serves the prefix itself, without a path below it. */
  readonly servesPrefix: boolean;
}

/** The routes of LibreChat's API. All other paths belong to the client. */
export const API_ROUTES: readonly ApiRoute[] = [
  { prefix: '/api', servesPrefix: true },
  { prefix: '/oauth', servesPrefix: true },
  { prefix: '/images', servesPrefix: false },
];

/** A page of the client below a prefix of the API. */
export const CLIENT_PATH_BELOW_API = '/oauth/success';
