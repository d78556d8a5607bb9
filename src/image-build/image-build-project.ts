import { Duration } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { createBuildRole } from './build-role';
import { BUILD_LIMITS_MINUTES, BUILD_VARIABLES } from '../contract/image-build';
import { createLogGroup, type LogOptions } from '../private/log-group';
import { suppressNag } from '../private/nag';
import type { Network } from '../private/network';

export interface ImageBuildProjectProps {
  readonly context: Asset;
  readonly buildSpec: Record<string, unknown>;
  readonly baseImage: string;
  readonly repository: IRepository;
  readonly network?: Network;
  readonly logs: LogOptions;
}

/**
 * The CodeBuild project that builds and pushes the image, for either architecture: the Dockerfile has no `RUN`. CodeBuild has machines with
 * x86 processors in all of its regions, and with ARM in some.
 */
export class ImageBuildProject extends Construct {
  public readonly project: codebuild.Project;
  public readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: ImageBuildProjectProps) {
    super(scope, id);

    this.logGroup = createLogGroup(this, 'Logs', props.logs);
    const role = createBuildRole(this, { ...props, logGroup: this.logGroup });
    this.project = new codebuild.Project(this, 'Project', {
      description: 'LibreChat: builds the image',
      // CDK would add permissions for a log group of another name, and for all assets in the bucket.
      role: role.withoutPolicyUpdates(),
      grantReportGroupPermissions: false,
      source: codebuild.Source.s3({ bucket: props.context.bucket, path: props.context.s3ObjectKey }),
      buildSpec: codebuild.BuildSpec.fromObject(props.buildSpec),
      environment: {
        buildImage: codebuild.LinuxBuildImage.AMAZON_LINUX_2023_5,
        computeType: codebuild.ComputeType.SMALL,
        privileged: true,
      },
      environmentVariables: {
        [BUILD_VARIABLES.repository]: { value: props.repository.repositoryUri },
        [BUILD_VARIABLES.tag]: { value: props.context.assetHash },
        [BUILD_VARIABLES.baseImage]: { value: props.baseImage },
        // With attestations, the image would be an index, which Lambda does not support.
        BUILDX_NO_DEFAULT_ATTESTATIONS: { value: '1' },
      },
      logging: { cloudWatch: { logGroup: this.logGroup } },
      queuedTimeout: Duration.minutes(BUILD_LIMITS_MINUTES.queued),
      timeout: Duration.minutes(BUILD_LIMITS_MINUTES.running),
      ...props.network && this.vpcConfiguration(props.network, props.baseImage),
    });
    // CDK's own permissions for the VPC.
    this.project.node.tryRemoveChild('PolicyDocument');
    // A build can start as soon as the project exists.
    this.project.node.addDependency(role);
    if (props.network) this.project.node.addDependency(egressOf(props.network));
    suppressNag(this.project, { id: 'AwsSolutions-CB4', reason: 'The key would encrypt artifacts, and the build has none' });
  }

  private vpcConfiguration({ vpc, vpcSubnets }: Network, baseImage: string): Pick<codebuild.ProjectProps, 'vpc' | 'subnetSelection' | 'securityGroups'> {
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', { vpc, description: 'LibreChat: builds the image', allowAllOutbound: false });
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, 'AWS and the registry of the base image');
    const port = /^[^/]+:(\d+)\//.exec(baseImage)?.[1];
    if (port) securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(Number(port)), 'Registry of the base image');
    return { vpc, subnetSelection: vpcSubnets, securityGroups: [securityGroup] };
  }
}

/** The routes to the internet, if the VPC is created in the same deployment. */
function egressOf({ vpc, vpcSubnets }: Network) {
  return vpc.selectSubnets(vpcSubnets).internetConnectivityEstablished;
}
