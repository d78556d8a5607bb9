import type { RemovalPolicy, Size } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { LibreChatCanary } from './librechat-canary';
import { LibreChatConfig } from './librechat-config';
import { LibreChatDatabase } from './librechat-database';
import { LibreChatImage } from './librechat-image';
import { LibreChatRedis } from './librechat-redis';
import { LibreChatServices } from './librechat-services';
import { ANY, BOOLEAN, BUCKET, instanceOf, like, MAP, NUMBER, type PropTypes, STRING } from './private/validation/props';

/** Properties of `LibreChatServerless`. All of them are optional. */
export interface LibreChatServerlessProps {
  // network

  /**
   * VPC for the Lambda functions, the database and Redis.
   *
   * In an existing VPC, the construct creates security groups and changes nothing else. The subnets need routes to model providers, the API
   * of Lambda, Secrets Manager, SSM and S3, through a NAT gateway or VPC endpoints.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   * @default - a new VPC with two Availability Zones, one NAT gateway and an S3 gateway endpoint; no VPC if both `database` and
   * `redis` are specified by URI
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Subnets of `vpc`, in at least two Availability Zones if a database is created. Requires `vpc`.
   *
   * Public subnets are not allowed, because a Lambda function in a public subnet has no route to the internet.
   *
   * @default - private subnets with egress
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  // address

  /**
   * Domain name of the site, such as `chat.example.com`, in lower case and without a scheme, port or path. Requires `certificate` or
   * `hostedZone`.
   *
   * @default - the domain name of the CloudFront distribution
   */
  readonly domainName?: string;

  /**
   * ACM certificate for `domainName`, in us-east-1. Requires `domainName`.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
   * @default - a new certificate, validated in `hostedZone`, if the stack is in us-east-1
   */
  readonly certificate?: acm.ICertificate;

  /**
   * Route 53 hosted zone for the A and AAAA records of `domainName`, and for the validation record of a new certificate. `domainName`
   * must belong to the zone.
   *
   * @default - no records; an output of the stack, such as `ChatDnsRecord0F1E2D3C`, contains the record to create in another DNS service
   */
  readonly hostedZone?: route53.IHostedZone;

  // LibreChat

  /**
   * Container image of LibreChat and the adapter. The client is published from the same image.
   *
   * The default requires Docker on the machine that deploys the app, `LibreChatImage.fromCodeBuild()` does not.
   *
   * @default LibreChatImage.fromDockerBuild()
   */
  readonly image?: LibreChatImage;

  /**
   * Source of `librechat.yaml`, which configures endpoints, the user interface and upload limits.
   *
   * @see https://www.librechat.ai/docs/configuration/librechat_yaml
   * @default - a built-in `librechat.yaml` that stores files on S3 and limits uploads to 4 MB
   */
  readonly config?: LibreChatConfig;

  /**
   * Additional environment variables for LibreChat, such as `ALLOW_REGISTRATION: 'true'`.
   *
   * All variables of the function are limited to 4 KB in total. Variables that the construct sets are not allowed. Use `secrets` for keys
   * and passwords, since the values are visible in the Lambda console. A variable with an empty value is not set.
   *
   * @see https://www.librechat.ai/docs/configuration/dotenv
   * @default - none
   */
  readonly environment?: { [variable: string]: string };

  /**
   * Path of a `.env` file with further environment variables for LibreChat, such as the one of a docker compose deployment.
   *
   * Variables that the construct sets, secrets and blank variables are omitted. A message at synthesis lists them with the reasons, and
   * contains a command that stores the secrets in AWS Secrets Manager. `environment` and `secrets` take precedence.
   *
   * @see https://www.librechat.ai/docs/configuration/dotenv
   * @default - none
   */
  readonly environmentFile?: string;

  /**
   * Environment variables for LibreChat with values from Secrets Manager or SSM Parameter Store, such as `OPENAI_API_KEY`.
   *
   * The function reads the values at each start, and is granted access to these secrets only. LibreChat does not start if a value
   * cannot be read. To migrate an existing LibreChat, specify its `CREDS_KEY`, `CREDS_IV`, `JWT_SECRET` and `JWT_REFRESH_SECRET`.
   *
   * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ecs.Secret.html
   * @default - none; LibreChat's `CREDS_KEY`, `CREDS_IV`, `JWT_SECRET` and `JWT_REFRESH_SECRET` are derived from one generated secret
   */
  readonly secrets?: { [variable: string]: ecs.Secret };

  /**
   * Secret with further environment variables for LibreChat: a JSON object with one field for each variable.
   *
   * It requires one variable of the function for any number of variables of LibreChat, so it is not subject to the limit of 4 KB. The
   * function reads it at each start. `environment`, `secrets` and the variables that the construct sets take precedence over its fields,
   * except for `CREDS_KEY`, `CREDS_IV`, `JWT_SECRET` and `JWT_REFRESH_SECRET`, which it may contain.
   *
   * @default - none
   */
  readonly environmentSecret?: secretsmanager.ISecret;

  /**
   * Existing services for LibreChat, such as LiteLLM or Meilisearch.
   *
   * @default - none
   */
  readonly services?: LibreChatServices;

  // data

  /**
   * MongoDB-compatible database for users and conversations.
   *
   * @default LibreChatDatabase.documentDb()
   */
  readonly database?: LibreChatDatabase;

  /**
   * Redis for sessions, the cache and the events of streamed responses.
   *
   * @default LibreChatRedis.replicationGroup()
   */
  readonly redis?: LibreChatRedis;

  /**
   * Bucket for uploaded files, in the region of the stack. The function is granted permission to list, read, write and delete its objects.
   *
   * An existing bucket is not modified. Its CORS rules must allow the origin of the site if scripts in the browser read files.
   *
   * @default - a private, encrypted bucket without versioning, so that files are gone when users delete them
   */
  readonly filesBucket?: s3.IBucket;

  /**
   * Removal policy for data, DESTROY or RETAIN.
   *
   * `DESTROY` also empties the buckets. `RETAIN` retains the files, the generated secret, the repository of `LibreChatImage.fromCodeBuild()`,
   * and the database cluster with its password, its security group, its subnets and the VPC. If the deployment that creates them fails,
   * they are deleted nevertheless.
   *
   * @default - the files and the generated secret are retained, the database leaves a final snapshot, the rest is deleted
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Customer managed KMS key for the bucket for files, the secrets, the database, Redis and the log groups, in the region of the stack.
   *
   * Specify it in the first deployment: **a change replaces the database and Redis.** The client in its bucket and the container image are not
   * encrypted with it, since they are public. If the key is not in the same app, its policy must allow CloudWatch Logs to use it.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
   * @default - keys owned by AWS
   */
  readonly encryptionKey?: kms.IKey;

  // size

  /**
   * Memory of each worker in MiB, 768 to 10,240. Less than 1,024 is for a few users only. CPU is proportional to memory, one vCPU at 1,769 MiB.
   *
   * LibreChat uses about 550 MiB after its start, and 760 MiB with 100 responses at the same time. More memory shortens cold starts.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
   * @default 2048
   */
  readonly memorySize?: number;

  /**
   * Instruction set architecture of the function and the image. ARM costs 20 % less.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html
   * @default lambda.Architecture.ARM_64
   */
  readonly architecture?: lambda.Architecture;

  /**
   * Size of `/tmp` in each execution environment, 512 MiB to 10 GiB. Uploads are written to it temporarily.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
   * @default Size.mebibytes(512)
   */
  readonly ephemeralStorageSize?: Size;

  /**
   * Number of requests that one worker serves at the same time, 1 to 200. A worker is one execution environment with one LibreChat process.
   *
   * A streamed response counts as one request while it is generated. When all workers are full, the next request starts another one, up to
   * `maxWorkers`.
   *
   * @default 50
   */
  readonly maxConcurrentRequests?: number;

  /**
   * Maximum number of workers (execution environments with LibreChat) that run at the same time, at least 1. It limits the cost: requests
   * that find no free worker within two minutes fail with status 503.
   *
   * A worker is replaced after five minutes, and both count until the old one has ended.
   *
   * @default 10
   */
  readonly maxWorkers?: number;

  /**
   * Number of workers (execution environments with LibreChat) that are kept initialized to avoid cold starts of about 10 seconds, at least 1
   * and at most `maxWorkers`. Requires `domainName`.
   *
   * One is enough for up to `maxConcurrentRequests` requests. Provisioned concurrency is charged while it is configured.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
   * @default - none
   */
  readonly provisionedConcurrentExecutions?: number;

  /**
   * Whether LibreChat's schedules run (LibreChat v0.8.8 or later). A worker is then started every minute to execute the schedules that are due.
   *
   * While nothing is due, this costs about 2 dollars a month.
   *
   * @default false
   */
  readonly schedules?: boolean;

  /**
   * Steady-state limit of requests per second for all users together, at least 1. API Gateway responds with status 429 above the limit.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
   * @default 100
   */
  readonly throttlingRateLimit?: number;

  /**
   * Number of requests that may exceed `throttlingRateLimit` at once, at least 1. Opening the page sends about 30 requests.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
   * @default 200
   */
  readonly throttlingBurstLimit?: number;

  // edge

  /**
   * ARN of an AWS WAF web ACL for the distribution, with scope CLOUDFRONT, in us-east-1.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-awswaf.html
   * @default - none
   */
  readonly webAclArn?: string;

  /**
   * Countries from which the site is or is not available. CloudFront responds with status 403 to viewers in other countries.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/georestrictions.html
   * @default - no restriction
   */
  readonly geoRestriction?: cloudfront.GeoRestriction;

  /**
   * Price class of the distribution. Fewer edge locations cost less, and increase the latency for some users.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PriceClass.html
   * @default cloudfront.PriceClass.PRICE_CLASS_ALL
   */
  readonly priceClass?: cloudfront.PriceClass;

  // operation

  /**
   * Whether each deployment starts LibreChat once before it serves, with the new image, configuration and data stores. The deployment fails if
   * LibreChat does not start, with the reason in CloudFormation's event, and a running release keeps serving.
   *
   * It also creates collections and indexes, so that workers do not (`MONGO_AUTO_INDEX` and `MONGO_AUTO_CREATE` are `false`). It takes about
   * half a minute, and runs only if image, configuration, variables or data stores change. Specify `false` to deploy before the database
   * can be reached.
   *
   * @default true
   */
  readonly deploymentCheck?: boolean;

  /**
   * Release of LibreChat, such as `v0.8.9`, whose data older releases cannot read. The prop accepts the upgrade to this release, which fails
   * otherwise, because only a snapshot leads back. The prop has no effect if `deploymentCheck` is false.
   *
   * With `LibreChatDatabase.documentDb()`, the deployment creates a snapshot of the cluster before the upgrade. Create a backup of another
   * database beforehand. After the upgrade, the prop can stay.
   *
   * @default - upgrades to such a release fail
   */
  readonly acceptDataMigration?: string;

  /**
   * Retention of the log groups of functions, builds and API Gateway.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Topic that is notified by alarms for API, relay, workers, Redis and DocumentDB, in the region of the stack.
   *
   * Each alarm is a child of the construct `Alarms`, with an id that `docs/operations.md` lists. An existing Redis or database gets no alarms.
   * The policy of the topic is extended so that CloudWatch may publish to it. The policy of an imported topic, and that of its KMS key, must
   * allow it.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
   * @default - no alarms
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * Whether to create a CloudWatch dashboard with requests, errors, times to the first byte and token, workers, their estimated cost, Redis,
   * DocumentDB and the errors in the logs.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
   * @default false
   */
  readonly dashboard?: boolean;

  /**
   * Function that uses LibreChat on a schedule as a user does, and reports the result as metrics and by the alarm `CanaryFailed`.
   *
   * @default - none
   */
  readonly canary?: LibreChatCanary;

  /**
   * Monthly budget in US dollars for all resources of the construct, above 0. Requires `alarmTopic`.
   *
   * The topic is notified at 80 % and 100 % of the budget, and if the forecast exceeds it. The cost is found by the tag
   * `librechat-deployment`, which must be activated as a cost allocation tag in the management account of the organization.
   *
   * @see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
   * @default - no budget
   */
  readonly monthlyBudget?: number;

  /**
   * Whether to create the IAM role that API Gateway uses to write to CloudWatch Logs, as `cloudWatchRole` of `RestApi`.
   *
   * An account has one such role in each region. Specify `false` if another stack manages it. Without such a role, the deployment fails.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
   * @default true
   */
  readonly cloudWatchRole?: boolean;

  /**
   * Name of the environment, such as `dev`, for the name of the API and the tag `Environment`. 1 to 64 letters, digits, hyphens or
   * underscores.
   *
   * @default - none
   */
  readonly environmentName?: string;

  /**
   * Tags for all resources that support tags.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}

/** Accepted types of each prop of `LibreChatServerless`. Amounts have rules of their own. */
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
  deploymentCheck: BOOLEAN,
  acceptDataMigration: STRING,
  logRetention: ANY,
  alarmTopic: like('sns.ITopic', 'topicArn'),
  dashboard: BOOLEAN,
  canary: instanceOf(LibreChatCanary),
  monthlyBudget: NUMBER,
  cloudWatchRole: BOOLEAN,
  environmentName: STRING,
  tags: MAP,
};
