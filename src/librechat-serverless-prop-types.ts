import { LibreChatConfig } from './librechat-config';
import { LibreChatDatabase } from './librechat-database';
import { LibreChatImage } from './librechat-image';
import { LibreChatRedis } from './librechat-redis';
import type { LibreChatServerlessProps } from './librechat-serverless-props';
import { LibreChatServices } from './librechat-services';
import { ANY, BOOLEAN, BUCKET, instanceOf, like, MAP, type PropTypes, STRING } from './private/validation/props';

/** What each prop of `LibreChatServerless` accepts. Amounts are checked by their own rules. */
export const SERVERLESS_PROPS: PropTypes<LibreChatServerlessProps> = {
  vpc: like('ec2.IVpc', 'vpcId'),
  vpcSubnets: MAP,
  domainName: STRING,
  certificate: like('acm.ICertificate', 'certificateArn'),
  hostedZone: like('route53.IHostedZone', 'hostedZoneId'),
  image: instanceOf(LibreChatImage),
  config: instanceOf(LibreChatConfig),
  environment: MAP,
  environmentFile: STRING,
  secrets: MAP,
  environmentSecret: like('secretsmanager.ISecret', 'secretArn'),
  services: instanceOf(LibreChatServices),
  database: instanceOf(LibreChatDatabase),
  redis: instanceOf(LibreChatRedis),
  filesBucket: BUCKET,
  encryptionKey: like('kms.IKey', 'keyArn'),
  removalPolicy: ANY,
  memorySize: ANY,
  architecture: like('lambda.Architecture', 'dockerPlatform'),
  ephemeralStorageSize: like('Size', 'toMebibytes'),
  maxConcurrentRequests: ANY,
  maxWorkers: ANY,
  provisionedConcurrentExecutions: ANY,
  schedules: BOOLEAN,
  throttlingRateLimit: ANY,
  throttlingBurstLimit: ANY,
  webAclArn: STRING,
  geoRestriction: like('cloudfront.GeoRestriction', 'restrictionType'),
  priceClass: STRING,
  logRetention: ANY,
  cloudWatchRole: BOOLEAN,
  environmentName: STRING,
  tags: MAP,
};
