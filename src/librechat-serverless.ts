import { type CustomResource, Tags } from 'aws-cdk-lib';
import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as codebuild from 'aws-cdk-lib/aws-codebuild';
import type * as docdb from 'aws-cdk-lib/aws-docdb';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import type * as elasticache from 'aws-cdk-lib/aws-elasticache';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { LibreChatServerlessProps } from './librechat-serverless-props';
import { createParts } from './parts';
import { redisMetric } from './private/metrics';
import { streamingArn } from './private/names';
import { createOutputs } from './private/outputs';
import { refusal } from './private/requirement';
import { validateProps } from './validate-props';

/**
 * LibreChat without servers: CloudFront in front of S3 and API Gateway, a Lambda function that streams, Redis, MongoDB
 * and a bucket for files.
 *
 * Nothing is required: what is not given is made. What cannot work is refused before the first resource, with an error that names
 * the prop, the rule and what was given.
 *
 * @see https://www.librechat.ai
 * @example
 * new LibreChatServerless(this, 'Chat', {
 *   environment: { ALLOW_REGISTRATION: 'true' },
 *   secrets: { OPENAI_API_KEY: ecs.Secret.fromSecretsManager(openAiKey) },
 * });
 */
export class LibreChatServerless extends Construct implements ec2.IConnectable, iam.IGrantable {
  /** Where LibreChat is opened: an https URL without a slash at its end. */
  public readonly url: string;

  /** The distribution that puts the page and the API under one name. */
  public readonly distribution: cloudfront.IDistribution;

  /** The bucket that the page is published to. It can be filled anew at any time, and is emptied with the stack. */
  public readonly frontendBucket: s3.IBucket;

  /** The function that publishes the page out of the image. */
  public readonly publisher: lambda.IFunction;

  /** The step of a deployment in which the page is published. */
  public readonly publication: CustomResource;

  /** Where the publishing function writes its log. */
  public readonly publisherLogGroup: logs.ILogGroup;

  /** The functions at the edge that find the page's routes, and keep search engines out. */
  public readonly edgeFunctions: cloudfront.IFunction[];

  /** The A and AAAA records in `hostedZone`. Empty without one. */
  public readonly records: route53.IRecordSet[];

  /** The parameter that tells the function its own URL. None with `domainName`. */
  public readonly urlParameter?: ssm.IStringParameter;

  /** The certificate that was given or made. None without `domainName`. */
  public readonly certificate?: acm.ICertificate;

  /** The REST API between CloudFront and the function. */
  public readonly api: apigateway.IRestApi;

  /** The key that API Gateway lets CloudFront in by. */
  public readonly apiKey: secretsmanager.ISecret;

  /** What limits requests, and lets in who has the key. */
  public readonly usagePlan: apigateway.IUsagePlan;

  /** Where API Gateway writes a line for each request. */
  public readonly accessLogGroup: logs.ILogGroup;

  /** The function that runs LibreChat. */
  public readonly handler: lambda.IFunction;

  /** The alias that the API invokes instead of the function. Only with `provisionedConcurrentExecutions`. */
  public readonly handlerAlias?: lambda.IAlias;

  /**
   * The URI by which API Gateway invokes the function and streams its response.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
   */
  public readonly streamingInvokeArn: string;

  /** Where the function writes its log. */
  public readonly logGroup: logs.ILogGroup;

  /**
   * What `CREDS_KEY`, `CREDS_IV`, `JWT_SECRET` and `JWT_REFRESH_SECRET` are derived from. None where all of them were given. Whoever
   * loses it loses what users have stored encrypted, so it is kept unless `removalPolicy` is DESTROY.
   */
  public readonly rootSecret?: secretsmanager.ISecret;

  /** URI of the container image, with its tag or digest. */
  public readonly imageUri: string;

  /** The repository that the container image is in. */
  public readonly repository: ecr.IRepository;

  /** The CodeBuild project that builds the image. Only with `LibreChatImage.builtInAccount()`. */
  public readonly imageBuildProject?: codebuild.IProject;

  /** Where builds of the image write their log. Only with `LibreChatImage.builtInAccount()`. */
  public readonly imageBuildLogGroup?: logs.ILogGroup;

  /** The step of a deployment in which the image is built, unless it is there. Only with `LibreChatImage.builtInAccount()`. */
  public readonly imageBuild?: CustomResource;

  /** The function behind that step, which starts the build and waits for it. Only with `LibreChatImage.builtInAccount()`. */
  public readonly imageBuilder?: lambda.IFunction;

  /** Where the function that waits for builds writes its log. Only with `LibreChatImage.builtInAccount()`. */
  public readonly imageBuilderLogGroup?: logs.ILogGroup;

  /** The bucket for what users upload. */
  public readonly filesBucket: s3.IBucket;

  /** The network that was brought or made. None where database and Redis both come from URIs. */
  public readonly vpc?: ec2.IVpc;

  /** The DocumentDB cluster. None with `LibreChatDatabase.fromUri()`. */
  public readonly database?: docdb.IDatabaseCluster;

  /** User name, password and address of the database. None with `LibreChatDatabase.fromUri()`. */
  public readonly databaseSecret?: secretsmanager.ISecret;

  /** The Redis replication group. None with `LibreChatRedis.fromUri()`. */
  public readonly redisReplicationGroup?: elasticache.CfnReplicationGroup;

  /** Password of Redis. None with `LibreChatRedis.fromUri()`. */
  public readonly redisAuthToken?: secretsmanager.ISecret;

  /** Address of the primary node of Redis. None with `LibreChatRedis.fromUri()`. */
  public readonly redisEndpointAddress?: string;

  /** Who may connect to Redis. None with `LibreChatRedis.fromUri()`. */
  public readonly redisConnections?: ec2.Connections;

  /** What the function is in the eyes of IAM: grant it what models and tools need, such as Bedrock. */
  public readonly grantPrincipal: iam.IPrincipal;

  private readonly restApi: apigateway.RestApi;

  /**
   * Everything is made in the constructor, and nothing is looked up.
   *
   * @param scope the stack, or a construct in it
   * @param id keep it once LibreChat is deployed: with another id everything is made anew
   * @param props nothing is required
   */
  constructor(scope: Construct, id: string, props: LibreChatServerlessProps = {}) {
    super(scope, id);
    validateProps(this, props);

    const { siteUrl, network, database, redis, image, imageBuild, backend, apiGateway, frontend } = createParts(this, props);
    this.url = siteUrl ?? `https://${frontend.distribution.distributionDomainName}`;
    this.distribution = frontend.distribution;
    this.frontendBucket = frontend.bucket;
    this.publisher = frontend.publication.publisher;
    this.publication = frontend.publication.resource;
    this.publisherLogGroup = frontend.publication.logGroup;
    this.edgeFunctions = frontend.edgeFunctions;
    this.records = frontend.records;
    this.urlParameter = frontend.urlParameter;
    this.certificate = frontend.certificate;
    this.restApi = apiGateway.api;
    this.api = apiGateway.api;
    this.apiKey = apiGateway.apiKey;
    this.usagePlan = apiGateway.usagePlan;
    this.accessLogGroup = apiGateway.accessLogGroup;
    this.handler = backend.handler;
    this.handlerAlias = backend.alias;
    this.streamingInvokeArn = streamingArn(backend.target);
    this.logGroup = backend.logGroup;
    this.rootSecret = backend.rootSecret;
    this.imageUri = image.uri;
    this.repository = image.repository;
    this.imageBuildProject = imageBuild?.build.project;
    this.imageBuildLogGroup = imageBuild?.build.logGroup;
    this.imageBuild = imageBuild?.resource;
    this.imageBuilder = imageBuild?.builder.handler;
    this.imageBuilderLogGroup = imageBuild?.builder.logGroup;
    this.filesBucket = backend.filesBucket;
    this.vpc = network?.vpc;
    this.database = database;
    this.databaseSecret = database?.secret;
    this.redisReplicationGroup = redis?.replicationGroup;
    this.redisAuthToken = redis?.authToken;
    this.redisEndpointAddress = redis?.replicationGroup.attrPrimaryEndPointAddress;
    this.redisConnections = redis?.connections;
    this.grantPrincipal = backend.handler.grantPrincipal;

    createOutputs(this, { ...props, url: this.url, distribution: this.distribution });
    this.tag(props);
  }

  /** What the function may connect to. Without a VPC there is nothing to open, and asking for it fails. */
  public get connections(): ec2.Connections {
    if (!this.vpc) throw refusal('connections', 'be used with a VPC: bring one as `vpc`', 'no VPC');
    return this.handler.connections;
  }

  /**
   * Invocations that failed: crashes, time-outs and streams that were broken off, not errors that LibreChat answers with. Sum over
   * 5 minutes by default.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
   */
  public metricErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.handler.metricErrors(options);
  }

  /**
   * How long requests take, an answer's whole generation included. Average over 5 minutes by default.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
   */
  public metricDuration(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.handler.metricDuration(options);
  }

  /**
   * Requests that found no environment left. Sum over 5 minutes by default.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
   */
  public metricThrottles(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.handler.metricThrottles(options);
  }

  /**
   * Answers of the API with a status of 500 or more. Sum over 5 minutes by default.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
   */
  public metricApiServerErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.restApi.metricServerError(options);
  }

  /**
   * Time from a request to the end of its response. Streams count whole. Average over 5 minutes by default.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
   */
  public metricApiLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.restApi.metricLatency(options);
  }

  /**
   * Memory of the Redis that was made here, in percent. Average over 5 minutes by default. Fails with `LibreChatRedis.fromUri()`.
   *
   * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
   */
  public metricRedisMemory(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return redisMetric(this.redisReplicationGroup, 'DatabaseMemoryUsagePercentage', options);
  }

  /**
   * Connections to the Redis that was made here, three for each environment. Average over 5 minutes by default. Fails with
   * `LibreChatRedis.fromUri()`.
   *
   * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
   */
  public metricRedisConnections(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return redisMetric(this.redisReplicationGroup, 'CurrConnections', options);
  }

  private tag({ environmentName, tags }: LibreChatServerlessProps): void {
    if (environmentName) Tags.of(this).add('Environment', environmentName);
    for (const [key, value] of Object.entries(tags ?? {})) Tags.of(this).add(key, value);
  }
}
