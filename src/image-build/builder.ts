import { Duration } from 'aws-cdk-lib';
import type { IProject } from 'aws-cdk-lib/aws-codebuild';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { IMAGE_BUILDER_FOLDER } from '../contract/image-build';
import { LONGEST_REQUEST_SECONDS } from '../contract/limits';
import { inPackage } from '../private/files';
import { createFunctionRole } from '../private/function-role';
import { createLogGroup, type LogOptions } from '../private/log-group';

export interface BuilderProps {
  readonly project: IProject;
  readonly buildLogGroup: logs.ILogGroup;
  readonly repository: IRepository;
  readonly architecture: lambda.Architecture;
  readonly logs: LogOptions;
}

/** The handler of the custom resource. It starts a build if the image does not exist, waits for it, and reports the result to CloudFormation. */
export class Builder extends Construct {
  public readonly handler: lambda.Function;
  public readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: BuilderProps) {
    super(scope, id);

    this.logGroup = createLogGroup(this, 'Logs', props.logs);
    const role = this.createRole(props);
    this.handler = new lambda.Function(this, 'Function', {
      description: 'LibreChat: starts builds of the image',
      // The runtime contains the AWS SDK.
      runtime: lambda.Runtime.NODEJS_24_X,
      code: lambda.Code.fromAsset(inPackage(IMAGE_BUILDER_FOLDER)),
      handler: 'index.handler',
      architecture: props.architecture,
      memorySize: 256,
      timeout: Duration.seconds(LONGEST_REQUEST_SECONDS),
      role,
      logGroup: this.logGroup,
    });
    // To continue in another invocation. A separate policy, because the function depends on its role's default policy.
    new iam.Policy(this.handler, 'Continuation', {
      roles: [role],
      statements: [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.handler.functionArn] })],
    });
  }

  private createRole({ project, buildLogGroup, repository }: BuilderProps): iam.Role {
    const role = createFunctionRole(this, { description: 'LibreChat: starts builds of the image', logGroup: this.logGroup });
    role.addToPolicy(new iam.PolicyStatement({
      actions: ['codebuild:StartBuild', 'codebuild:BatchGetBuilds', 'codebuild:StopBuild', 'codebuild:ListBuildsForProject'],
      resources: [project.projectArn],
    }));
    role.addToPolicy(new iam.PolicyStatement({ actions: ['logs:GetLogEvents'], resources: [buildLogGroup.logGroupArn] }));
    repository.grant(role, 'ecr:DescribeImages');
    return role;
  }
}
