/** Folder below the root of the package with the canary's code. */
export const CANARY_FOLDER = 'assets/canary';

/** Handler of the canary's function. */
export const CANARY_HANDLER = 'index.handler';

/** Address of the user of the canary. The domain is reserved: no mail can reach it. */
export const CANARY_EMAIL = 'canary@librechat.invalid';

/** Environment variables of the canary. */
export const CANARY = {
  /** URL of the site. */
  url: 'CANARY_URL',
  /** Namespace of its metrics. */
  namespace: 'CANARY_NAMESPACE',
  /** ARN of the secret with `email` and `password` of its user. Without it, the canary only loads the page. */
  account: 'CANARY_ACCOUNT',
  /** Endpoint and model of a chat. Without them, the canary does not chat. */
  endpoint: 'CANARY_ENDPOINT',
  model: 'CANARY_MODEL',
} as const;

/** Names of its metrics. */
export const CANARY_METRICS = {
  /** 1 if every step of a run succeeded, otherwise 0. */
  success: 'CanarySuccess',
  /** Durations in milliseconds. */
  page: 'CanaryPage',
  login: 'CanaryLogin',
  firstToken: 'CanaryFirstToken',
  chat: 'CanaryChat',
} as const;
