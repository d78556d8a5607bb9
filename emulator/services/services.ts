import { ApiGatewayService } from './api-gateway/api-gateway-service';
import { CloudFormationService } from './cloudformation/cloudformation-service';
import { CloudFrontService } from './cloudfront/cloudfront-service';
import { CloudWatchService } from './cloudwatch/cloudwatch-service';
import { LogsService } from './cloudwatch-logs/logs-service';
import { CodeBuildService } from './codebuild/codebuild-service';
import { DocumentDbService } from './documentdb/documentdb-service';
import { EcrService } from './ecr/ecr-service';
import { ElastiCacheService } from './elasticache/elasticache-service';
import { EventBridgeService } from './eventbridge/eventbridge-service';
import { IamService } from './iam/iam-service';
import { AccountConcurrency } from './lambda/account-concurrency';
import { LambdaService } from './lambda/lambda-service';
import { S3Service } from './s3/s3-service';
import { SecretsManagerService } from './secrets-manager/secrets-manager-service';
import { SsmService } from './ssm/ssm-service';
import type { Cloud } from '../core/cloud';
import type { HttpHandler } from '../core/http';

/** The services of an account. Each holds its own state. */
export class Services {
  /** Emulated DNS: handlers by host name. */
  public readonly dns = new Map<string, HttpHandler>();
  public readonly cloudWatch = new CloudWatchService();
  public readonly apiGateway = new ApiGatewayService();
  public readonly cloudFormation = new CloudFormationService();
  public readonly cloudFront = new CloudFrontService();
  public readonly documentDb = new DocumentDbService(this.cloudWatch);
  public readonly elastiCache = new ElastiCacheService(this.cloudWatch);
  public readonly iam = new IamService();
  public readonly logs = new LogsService(this.cloudWatch);
  public readonly s3 = new S3Service();
  public readonly ecr: EcrService;
  public readonly eventBridge: EventBridgeService;
  public readonly lambda: LambdaService;
  public readonly secretsManager: SecretsManagerService;
  public readonly ssm: SsmService;
  public readonly codeBuild: CodeBuildService;

  /** @param concurrencyQuota Lambda's quota of concurrent executions */
  public constructor(public readonly cloud: Cloud, concurrencyQuota?: number) {
    this.lambda = new LambdaService(new AccountConcurrency(concurrencyQuota));
    this.ecr = new EcrService(cloud);
    this.eventBridge = new EventBridgeService(cloud);
    this.secretsManager = new SecretsManagerService(cloud);
    this.ssm = new SsmService(cloud);
    this.codeBuild = new CodeBuildService(cloud, this);
  }
}
