import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IProject } from 'aws-cdk-lib/aws-codebuild';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { IMAGE_BUILDER_FOLDER } from '../contract/image-build';
import { LONGEST_REQUEST_SECONDS } from '../contract/limits';
import { inPackage } from '../private/package-root';

export interface BuilderProps {
  readonly project: IProject;
  readonly buildLogGroup: logs.ILogGroup;
  readonly repository: IRepository;
  readonly architecture: lambda.Architecture;
  readonly logRetention: logs.RetentionDays;
}

/** The function that has CloudFormation wait for a build: it starts one where the image is missing, and tells how it went. */
export class Builder extends Construct {
  public readonly handler: lambda.Function;
  public readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: BuilderProps) {
    super(scope, id);

    this.logGroup = new logs.LogGroup(this, 'Logs', { retention: props.logRetention, removalPolicy: RemovalPolicy.DESTROY });
    const role = this.createRole(props);
    this.handler = new lambda.Function(this, 'Function', {
      description: 'LibreChat: has the image built',
      // Its runtime brings the AWS SDK.
      runtime: lambda.Runtime.NODEJS_24_X,
      code: lambda.Code.fromAsset(inPackage(IMAGE_BUILDER_FOLDER)),
      handler: 'index.handler',
      architecture: props.architecture,
      memorySize: 256,
      timeout: Duration.seconds(LONGEST_REQUEST_SECONDS),
      role,
      logGroup: this.logGroup,
    });
    // To go on in another invocation. In a policy of its own: the function cannot wait for one that names it.
    new iam.Policy(this.handler, 'Continuation', {
      roles: [role],
      statements: [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.handler.functionArn] })],
    });
  }

  private createRole({ project, buildLogGroup, repository }: BuilderProps): iam.Role {
    const role = new iam.Role(this, 'Role', {
      description: 'LibreChat: has the image built',
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    this.logGroup.grantWrite(role);
    role.addToPolicy(new iam.PolicyStatement({
      actions: ['codebuild:StartBuild', 'codebuild:BatchGetBuilds', 'codebuild:StopBuild', 'codebuild:ListBuildsForProject'],
      resources: [project.projectArn],
    }));
    role.addToPolicy(new iam.PolicyStatement({ actions: ['logs:GetLogEvents'], resources: [buildLogGroup.logGroupArn] }));
    repository.grant(role, 'ecr:DescribeImages');
    return role;
  }
}
