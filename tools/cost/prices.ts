import { LAMBDA_PRICES } from '../../prices/lambda';

/** Hours per month in AWS's price calculations. */
export const HOURS = 730;

/** Region and date of the prices. */
export const PRICE_LIST = { region: 'us-east-1', read: 'autumn 2026' } as const;

/** Prices in US dollars, without taxes, discounts and the free tier of new accounts. */
export const PRICES = {
  /** https://aws.amazon.com/lambda/pricing/ */
  lambda: {
    ...LAMBDA_PRICES,
    /** Beyond the first 512 MB. */
    storageGbSecond: 0.0000000309,
    /** Free tier that does not expire. */
    free: { gbSeconds: 400_000, requests: 1e6 },
  },
  /** https://aws.amazon.com/api-gateway/pricing/ : REST, up to 333 million. A streamed response counts once for each 10 MB. */
  apiGateway: { request: 3.50 / 1e6, streamedMb: 10 },
  /** https://aws.amazon.com/cloudfront/pricing/ : pay as you go, North America and Europe. */
  cloudFront: {
    request: 0.01 / 1e4,
    gb: 0.085,
    functionCall: 0.10 / 1e6,
    /** Free tier that does not expire. */
    free: { requests: 10e6, gb: 1000, functionCalls: 2e6 },
  },
  /** https://aws.amazon.com/documentdb/pricing/ : standard storage. Backups are free up to the size of the cluster. */
  documentDb: { dcuHour: 0.0822, storageGb: 0.10, io: 0.20 / 1e6 },
  /** https://aws.amazon.com/elasticache/pricing/ : nodes on demand with Redis OSS; Valkey is 20 % cheaper. */
  elastiCache: {
    nodeHour: { 'cache.t4g.micro': 0.016, 'cache.t4g.small': 0.032, 'cache.t4g.medium': 0.065 } as Record<string, number>,
    valkey: 0.8,
  },
  /** https://aws.amazon.com/vpc/pricing/ */
  vpc: { natHour: 0.045, natGb: 0.045, addressHour: 0.005, endpointZoneHour: 0.01 },
  /** https://aws.amazon.com/secrets-manager/pricing/ */
  secret: { month: 0.40, call: 0.05 / 1e4 },
  /** https://aws.amazon.com/s3/pricing/ : Standard. */
  s3: { gb: 0.023, put: 0.005 / 1e3, get: 0.0004 / 1e3 },
  /** https://aws.amazon.com/ecr/pricing/ */
  ecr: { gb: 0.10 },
  /** https://aws.amazon.com/cloudwatch/pricing/ */
  logs: { ingestedGb: 0.50, storedGb: 0.03 },
  cloudWatch: {
    alarmMetric: 0.10,
    metric: 0.30,
    dashboard: 3,
    /** Free tier that does not expire. */
    free: { alarms: 10, metrics: 10, dashboards: 3 },
  },
  /** https://aws.amazon.com/codebuild/pricing/ : general1.small; the same price is assumed for the small ARM type. */
  codeBuild: { minute: 0.005 },
  /** https://aws.amazon.com/route53/pricing/ */
  route53: { zone: 0.50 },
} as const;
