import { FRONTEND_PROPERTIES, FRONTEND_RESOURCE_TYPE } from '../../src/contract/frontend';
import { VALUE_FROM } from '../../src/contract/variables';
import { refersTo, type Resource, resourcesOf, type Template } from '../template';
import { libreChatsOf, relaysOf } from './functions';
import { amount, count, type CostLine, type Pricer, priceOf, standing } from './line';
import { HOURS, PRICES } from './prices';
import { ASSUMED } from './usage';

const INCLUDED_STORAGE_GB = 0.5;

export const lambda: Pricer = (template, { freeTier }, { libreChatSeconds, relaySeconds, apiRequests, starts }) => {
  const relays = relaysOf(template);
  const meter = new LambdaMeter(freeTier ? PRICES.lambda.free : { gbSeconds: 0, requests: 0 });
  const title = relays.length > 0 ? 'Lambda, LibreChat' : 'Lambda';
  return [
    ...relays.map((relay) => meter.line('Lambda, relay', relay, relaySeconds, apiRequests)),
    ...libreChatsOf(template).flatMap((libreChat) => [
      meter.line(title, libreChat, libreChatSeconds, relays.length > 0 ? starts : apiRequests),
      standing('ECR', `${ASSUMED.imageGb} GB of image`, ASSUMED.imageGb * PRICES.ecr.gb),
    ]),
  ];
};

/** Prices functions, which share the free tier of the account. */
class LambdaMeter {
  constructor(private free: { readonly gbSeconds: number; readonly requests: number }) {}

  line(what: string, { properties }: Resource, seconds: number, requests: number): CostLine {
    const { MemorySize, Architectures: [architecture = 'x86_64'] = [], EphemeralStorage } = properties;
    const { gbSecond, storageGbSecond, request } = PRICES.lambda;
    const gbSeconds = MemorySize / 1024 * seconds;
    const extraGb = Math.max(0, (EphemeralStorage?.Size ?? 512) / 1024 - INCLUDED_STORAGE_GB);
    const paid = { gbSeconds: less(gbSeconds, this.free.gbSeconds), requests: less(requests, this.free.requests) };
    this.free = { gbSeconds: less(this.free.gbSeconds, gbSeconds), requests: less(this.free.requests, requests) };
    return {
      what,
      quantity: `${amount(gbSeconds)} GB-s of ${architecture} at ${MemorySize} MB`,
      idle: 0,
      use: paid.gbSeconds * priceOf(gbSecond, architecture, 'the architecture') + paid.requests * request + extraGb * seconds * storageGbSecond,
    };
  }
}

export const provisioned: Pricer = (template) => resourcesOf(template, 'AWS::Lambda::Alias')
  .filter(({ properties }) => properties.ProvisionedConcurrencyConfig)
  .flatMap(({ properties }) => {
    const n = properties.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions;
    return libreChatsOf(template).filter(({ id }) => refersTo(properties.FunctionName, id)).map(({ properties: of }) => {
      const price = priceOf(PRICES.lambda.provisionedGbSecond, of.Architectures?.[0] ?? 'x86_64', 'the architecture');
      return standing('Provisioned concurrency', count(n, 'environment'), n * of.MemorySize / 1024 * HOURS * 3600 * price);
    });
  });

export const apiGateway: Pricer = (template, { replies, seconds }, { apiRequests }) => resourcesOf(template, 'AWS::ApiGateway::RestApi').map(() => {
  const { request, streamedMb } = PRICES.apiGateway;
  const pieces = Math.ceil(seconds * ASSUMED.mbPerStreamedSecond / streamedMb);
  const requests = apiRequests + replies * (pieces - 1);
  return { what: 'API Gateway', quantity: `${amount(requests)} requests`, idle: 0, use: requests * request };
});

export const cloudFront: Pricer = (template, { freeTier }, { apiRequests, pageRequests, gbToViewers }) => {
  const { request, gb, functionCall, free } = PRICES.cloudFront;
  return resourcesOf(template, 'AWS::CloudFront::Distribution').map(({ properties }) => {
    const requests = apiRequests + pageRequests;
    const calls = pageRequests * (properties.DistributionConfig.DefaultCacheBehavior.FunctionAssociations?.length ?? 0);
    return {
      what: 'CloudFront',
      quantity: `${amount(requests)} requests, ${amount(gbToViewers)} GB`,
      idle: 0,
      use: less(requests, freeTier && free.requests) * request
        + less(gbToViewers, freeTier && free.gb) * gb
        + less(calls, freeTier && free.functionCalls) * functionCall,
    };
  });
};

export const buckets: Pricer = (template, { users }, { pageRequests }) => resourcesOf(template, 'AWS::S3::Bucket').map(({ id }) => {
  const { gb, put, get } = PRICES.s3;
  const isPage = resourcesOf(template, FRONTEND_RESOURCE_TYPE).some(({ properties }) => refersTo(properties[FRONTEND_PROPERTIES.bucket], id));
  if (isPage) return { what: 'S3, the page', quantity: `${ASSUMED.pageGb} GB`, idle: ASSUMED.pageGb * gb, use: pageRequests * get };
  const storedGb = users * ASSUMED.filesGbPerUser;
  const uploads = users * ASSUMED.uploadsPerUser;
  return { what: 'S3, files', quantity: `${amount(storedGb)} GB`, idle: 0, use: storedGb * gb + uploads * (put + get) };
});

/** Each starting environment reads every secret once. */
export const secrets: Pricer = (template, _usage, { starts }) => {
  const n = resourcesOf(template, 'AWS::SecretsManager::Secret').length + importedSecrets(template).size;
  return [{ what: 'Secrets Manager', quantity: count(n, 'secret'), idle: n * PRICES.secret.month, use: starts * n * PRICES.secret.call }];
};

/** Existing secrets outside of the stack that the function reads. */
function importedSecrets(template: Template): Set<string> {
  const made = resourcesOf(template, 'AWS::SecretsManager::Secret').concat(resourcesOf(template, 'AWS::SecretsManager::SecretTargetAttachment'));
  const variables = libreChatsOf(template).flatMap(({ properties }) => Object.entries<unknown>(properties.Environment?.Variables ?? {}));
  return new Set(variables
    .filter(([name, value]) => name.startsWith(VALUE_FROM) && !made.some(({ id }) => refersTo(value, id)))
    .map(([, value]) => JSON.stringify(value))
    .filter((reference) => reference.includes(':secretsmanager:'))
    .map((reference) => reference.replace(/(:secret:[^:"]+):[^"]*/, '$1')));
}

/** The logs of a month, stored for a month. */
export const logs: Pricer = (_template, _usage, { logGb }): CostLine[] =>
  [{ what: 'CloudWatch Logs', quantity: `${amount(logGb)} GB`, idle: 0, use: logGb * (PRICES.logs.ingestedGb + PRICES.logs.storedGb) }];

function less(quantity: number, free: number | false): number {
  return Math.max(0, quantity - (free || 0));
}
