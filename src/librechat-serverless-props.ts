import type { RemovalPolicy, Size } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { LibreChatConfig } from './librechat-config';
import type { LibreChatDatabase } from './librechat-database';
import type { LibreChatImage } from './librechat-image';
import type { LibreChatRedis } from './librechat-redis';
import type { LibreChatServices } from './librechat-services';

/** Properties of `LibreChatServerless`. Nothing is required. */
export interface LibreChatServerlessProps {
  // network

  /**
   * The network that the function, the database and Redis are in.
   *
   * A network that is brought gets security groups, and nothing in it is changed. Its subnets must reach models, secrets and files,
   * over the internet or by endpoints.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   * @default - a VPC of two zones with one NAT gateway and an S3 gateway endpoint; none at all where both `database` and
   * `redis` come from URIs, so that hardly anything costs money at rest
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Which subnets of `vpc` are used, in two zones at least where a database is made. Refused without `vpc`, and where they are
   * public: a function in a public subnet reaches nothing outside.
   *
   * @default - private subnets with a way out
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  // address

  /**
   * The domain name that LibreChat is opened at, such as `chat.example.com`: in lower case, without scheme, port or path. It needs
   * a `certificate`, or a `hostedZone` for one to be made.
   *
   * @default - the name that CloudFront gives the distribution
   */
  readonly domainName?: string;

  /**
   * Certificate for `domainName`, in us-east-1, where CloudFront looks for it. Refused without `domainName`.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
   * @default - one is made with `hostedZone`, where the stack is in us-east-1
   */
  readonly certificate?: acm.ICertificate;

  /**
   * Route 53 zone that gets the A and AAAA records for `domainName`, which must lie in it. Nothing else in it is changed but for
   * the record that validates a certificate made here.
   *
   * @default - no records: an output says what to enter in another DNS
   */
  readonly hostedZone?: route53.IHostedZone;

  // LibreChat

  /**
   * The image that runs, and whose client is served: LibreChat with the adapter on top. The default is built by Docker on the
   * machine that deploys; `LibreChatImage.builtInAccount()` needs none there.
   *
   * @default LibreChatImage.fromRegistry()
   */
  readonly image?: LibreChatImage;

  /**
   * Where `librechat.yaml` comes from: endpoints, the page's interface, limits of uploads.
   *
   * @see https://www.librechat.ai/docs/configuration/librechat_yaml
   * @default - a built-in `librechat.yaml` with uploads on S3, of at most 4 MB each
   */
  readonly config?: LibreChatConfig;

  /**
   * More environment variables for LibreChat, such as `ALLOW_REGISTRATION: 'true'`. All variables of the function
   * together take at most 4 KB. Variables that other props set are refused. Keys and passwords belong into `secrets`: whoever may
   * look at the function can read these.
   *
   * @see https://www.librechat.ai/docs/configuration/dotenv
   * @default - none
   */
  readonly environment?: { [variable: string]: string };

  /**
   * Environment variables for LibreChat whose values are in SSM or Secrets Manager, such as `OPENAI_API_KEY`. They are
   * read whenever an environment starts; the function may read just these.
   *
   * `CREDS_KEY`, `CREDS_IV`, `JWT_SECRET` and `JWT_REFRESH_SECRET` may be brought from an existing LibreChat. A value in SSM or
   * Secrets Manager that cannot be read keeps LibreChat from starting.
   *
   * @default - none; what is not brought of those four is derived from one generated secret
   */
  readonly secrets?: { [variable: string]: ecs.Secret };

  /**
   * Other services that LibreChat uses, such as LiteLLM or Meilisearch.
   *
   * @default - none
   */
  readonly services?: LibreChatServices;

  // data

  /**
   * The MongoDB that holds users and conversations: one that is made, or any other by its URI.
   *
   * @default LibreChatDatabase.documentDb()
   */
  readonly database?: LibreChatDatabase;

  /**
   * The Redis that carries sessions and the events of running answers: one that is made, or any other by its URI.
   *
   * @default LibreChatRedis.replicationGroup()
   */
  readonly redis?: LibreChatRedis;

  /**
   * Bucket for what users upload. One that is brought is not changed: if browsers are to load its files by script, its
   * CORS rules must allow the site to. The function may read, write and delete its objects.
   *
   * @default - a private, encrypted bucket
   */
  readonly filesBucket?: s3.IBucket;

  /**
   * What becomes of data when the stack is deleted. `DESTROY` empties the buckets and drops the database; `RETAIN` keeps
   * the files, the database cluster (and with it its subnets, which then cannot be deleted), the generated secret, and the
   * repository of an image that was built in the account. Nothing else is taken, such as `SNAPSHOT`: buckets have none.
   *
   * @default - the files and the generated secret are kept, the database leaves a final snapshot, the rest is destroyed
   */
  readonly removalPolicy?: RemovalPolicy;

  // size

  /**
   * Memory of the function in MiB, 128 to 10,240. One CPU comes with 1,769. LibreChat takes 431 MiB when it is idle. More
   * memory makes environments start sooner, not more of them: an environment serves one request at a time.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
   * @default 2048
   */
  readonly memorySize?: number;

  /**
   * Processor of the function, which the image must be built for. ARM costs a fifth less.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html
   * @default lambda.Architecture.ARM_64
   */
  readonly architecture?: lambda.Architecture;

  /**
   * Size of `/tmp`, where uploads pass through, 512 MiB to 10 GiB. Each environment has its own.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
   * @default Size.mebibytes(512)
   */
  readonly ephemeralStorageSize?: Size;

  /**
   * The most environments there may be at once, 2 or more, taken out of what the account has.
   *
   * An environment serves one request at a time; an answer takes two for as long as it runs, and opening the page asks
   * for a dozen things at once. Requests past this number fail, so allow some 2 for each answer at the busiest moment
   * and a dozen besides.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   * @default - what the account has left
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Environments that are kept started, and paid for, so that the first requests need not wait some 10 seconds. A dozen
   * cover one user opening the page; requests past this number start environments as ever. 1 or more, at most
   * `reservedConcurrentExecutions`. Needs `domainName`, since they start before the distribution has a name.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
   * @default - none
   */
  readonly provisionedConcurrentExecutions?: number;

  /**
   * Requests per second that API Gateway lets through in the long run, from all users together, 1 or more. It answers 429 to more
   * of them.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
   * @default 100
   */
  readonly throttlingRateLimit?: number;

  /**
   * Requests that API Gateway lets through at once before `throttlingRateLimit` counts, 1 or more. Opening the page takes a dozen.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
   * @default 200
   */
  readonly throttlingBurstLimit?: number;

  // edge

  /**
   * ARN of a web ACL (WAF) for the distribution, of the scope CLOUDFRONT, in us-east-1.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-awswaf.html
   * @default - none
   */
  readonly webAclArn?: string;

  /**
   * The countries that may, or may not, open the site, by two-letter codes. CloudFront answers 403 to others.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/georestrictions.html
   * @default - all may
   */
  readonly geoRestriction?: cloudfront.GeoRestriction;

  /**
   * Which of CloudFront's locations serve the site: fewer are cheaper, and farther from some users.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PriceClass.html
   * @default cloudfront.PriceClass.PRICE_CLASS_ALL
   */
  readonly priceClass?: cloudfront.PriceClass;

  // operation

  /**
   * How long the logs of the functions and of the API are kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Whether this stack sets the role by which API Gateway writes logs. An account has one such role in a region: say
   * `false` where it is managed elsewhere. Without any, the deployment fails.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
   * @default true
   */
  readonly accountLoggingRole?: boolean;

  /**
   * Name of the environment, such as `dev`: in the name of the API, and as the tag `Environment`. 1 to 64 letters, digits, hyphens
   * and underscores.
   *
   * @default - none
   */
  readonly environmentName?: string;

  /**
   * Tags for all resources that take any.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}
