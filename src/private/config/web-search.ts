import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ConfigContext } from './references';
import { isBefore } from '../../contract/releases';
import { warn } from '../validation/errors';

/** Settings of `webSearch` for servers, with the variables that LibreChat reads if they are not set. */
const SERVERS = { searxngInstanceUrl: 'SEARXNG_INSTANCE_URL', firecrawlApiUrl: 'FIRECRAWL_API_URL' };

/** From this release on, LibreChat sends web searches to private addresses only if the configuration allows them. */
const FIRST_RELEASE = 'v0.8.8';

/** Warns of servers for web search that LibreChat refuses to connect to. Those with plain HTTP are assumed to have private addresses. */
export function warnOfWebSearch(scope: IConstruct, config: Record<string, any>, { variables, release }: ConfigContext): void {
  if (release !== undefined && isBefore(release, FIRST_RELEASE)) return;
  const { allowedAddresses = [], ...webSearch } = config.webSearch ?? {};
  const addresses = Object.entries(SERVERS).flatMap(([setting, variable]) => {
    const url = String(webSearch[setting] ?? `\${${variable}}`).replace(/\$\{(\w+)\}/g, (_, name: string) => variables.values[name] ?? '');
    if (Token.isUnresolved(url)) return [];
    const [, address] = /^http:\/\/([^/]+)/.exec(url) ?? [];
    return address === undefined ? [] : [/:\d+$/.test(address) ? address : `${address}:80`];
  });
  const refused = addresses.filter((address) => ![allowedAddresses].flat().includes(address));
  if (refused.length === 0) return;
  warn(scope, 'webSearchAddress', 'config', `contain webSearch: { allowedAddresses: ${JSON.stringify(addresses)} }, `
    + 'because LibreChat does not send web searches to private addresses otherwise', allowedAddresses);
}
