import { ADAPTER } from '../../src/contract/variables';

/** Placeholder for the public URL, which is not known before the distribution is created. */
const SITE = 'https://librechat.invalid';

/** The variables of a function whose public URL may not exist yet. */
export function withSite(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!environment[ADAPTER.urlParameter]) return environment;
  return { ...environment, [ADAPTER.urlParameter]: undefined, DOMAIN_CLIENT: SITE, DOMAIN_SERVER: SITE };
}
