import { FRONTEND_RESOURCE_TYPE } from '../../src/contract/frontend';
import { ADAPTER, VALUE_FROM } from '../../src/contract/variables';
import { refersTo, type Resource, resourcesOf, type Template } from '../template';
import type { Part } from './architecture';

/** That one part calls, reads or fills another. */
export interface Edge {
  readonly from: Part;
  readonly to: Part;
  readonly label?: string;
}

/** The resources between which edges are looked for. */
export interface Ends {
  readonly serving: Resource;
  readonly publishing: Resource;
  readonly page: Resource;
  readonly files?: Resource;
}

/** The edges that a template proves, by a reference, an origin or a variable. */
export function edgesOf(template: Template, ends: Ends): Edge[] {
  return [...edgesAtTheEdge(template, ends), ...edgesOfApi(template, ends), ...edgesOfFunction(template, ends)];
}

function edgesAtTheEdge(template: Template, { page, publishing }: Ends): Edge[] {
  const [{ properties: { DistributionConfig: { DefaultCacheBehavior, Origins } } }] = resourcesOf(template, 'AWS::CloudFront::Distribution');
  const isPage = ({ DomainName }: any) => refersTo(DomainName, page.id);
  const publications = resourcesOf(template, FRONTEND_RESOURCE_TYPE).filter(({ properties }) => refersTo(properties.ServiceToken, publishing.id));
  return [
    { from: 'browser', to: 'distribution', ...DefaultCacheBehavior.ViewerProtocolPolicy !== 'allow-all' && { label: 'HTTPS' } },
    ...Origins.map((origin: any): Edge => isPage(origin)
      ? { from: 'distribution', to: 'page', ...origin.OriginAccessControlId && { label: 'signed (OAC)' } }
      : { from: 'distribution', to: 'api', ...hasKey(origin) && { label: '+ key' } }),
    ...publications.map((): Edge => ({ from: 'publisher', to: 'page' })),
  ];
}

function hasKey({ OriginCustomHeaders = [] }: any): boolean {
  return OriginCustomHeaders.some(({ HeaderName }: any) => HeaderName === 'x-api-key');
}

function edgesOfApi(template: Template, { serving }: Ends): Edge[] {
  const invoking = resourcesOf(template, 'AWS::ApiGateway::Method').map(({ properties }) => properties.Integration).filter(({ Uri }) => refersTo(Uri, serving.id));
  if (invoking.length === 0) return [];
  const streams = invoking.every(({ ResponseTransferMode }) => ResponseTransferMode === 'STREAM');
  return [{ from: 'api', to: 'function', label: streams ? 'invokes, and streams back' : 'invokes' }];
}

function edgesOfFunction(template: Template, { serving, files }: Ends): Edge[] {
  const variables: Record<string, unknown> = serving.properties.Environment.Variables;
  const has = (...names: string[]) => names.some((name) => name in variables);
  const secrets = ['AWS::SecretsManager::Secret', 'AWS::SecretsManager::SecretTargetAttachment'].flatMap((type) => resourcesOf(template, type));
  return [
    ...has('REDIS_URI', `${VALUE_FROM}REDIS_URI`) ? [{ from: 'function', to: 'redis', label: 'pub/sub, cache' } as const] : [],
    ...has(ADAPTER.databaseSecret, `${VALUE_FROM}MONGO_URI`) ? [{ from: 'function', to: 'database', label: 'MongoDB' } as const] : [],
    ...files && refersTo(variables, files.id) ? [{ from: 'function', to: 'files' } as const] : [],
    ...secrets.some(({ id }) => refersTo(variables, id)) ? [{ from: 'function', to: 'secrets' } as const] : [],
  ];
}
