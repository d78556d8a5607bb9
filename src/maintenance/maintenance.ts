import { ArnFormat, CustomResource, Duration, type Size, Stack } from 'aws-cdk-lib';
import type { IDatabaseCluster } from 'aws-cdk-lib/aws-docdb';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IDependable } from 'constructs';
import { COMMAND } from '../contract/image';
import { LONGEST_REQUEST_SECONDS } from '../contract/limits';
import { CHECK_PROPERTIES, CHECK_RESOURCE_TYPE, SNAPSHOT_PREFIX, USER_PROPERTIES, USER_RESOURCE_TYPE } from '../contract/maintenance';
import { wholeSecret } from '../private/binding';
import { allow, createExecutionRole, type LibreChatInputs } from '../private/execution-role';
import { codeOf, type LambdaImage } from '../private/image';
import { createLogGroup, type LogOptions } from '../private/log-group';
import { suppressNag, wildcardFinding } from '../private/nag';
import type { Network } from '../private/network';
import { NOTHING_TO_DELETE } from '../private/retention';

const TIMEOUT = Duration.seconds(LONGEST_REQUEST_SECONDS);

/** Otherwise a function that ends without a response blocks the deployment for an hour. */
const SERVICE_TIMEOUT = TIMEOUT.plus(Duration.minutes(5));

export interface MaintenanceProps {
  readonly image: LambdaImage;
  readonly network?: Network;
  /** Those of the workers, so that the function can connect to the same servers. */
  readonly securityGroups?: ISecurityGroup[];
  /** The environment variables of the workers. */
  readonly variables: Record<string, string>;
  readonly inputs: LibreChatInputs;
  /** The DocumentDB cluster, if the construct creates it. */
  readonly cluster?: IDatabaseCluster;
  readonly memorySize: number;
  readonly ephemeralStorageSize?: Size;
  readonly logs: LogOptions;
}

export interface CheckProps {
  /** Servers that LibreChat connects to. */
  readonly servers: IDependable[];
  readonly acceptDataMigration?: string;
}

/** The function that checks a deployment before it serves, and runs LibreChat's scripts for operators. */
export class Maintenance extends Construct {
  public readonly handler: lambda.Function;
  public readonly logGroup: ILogGroup;
  private check?: CustomResource;

  constructor(scope: Construct, id: string, private readonly props: MaintenanceProps) {
    super(scope, id);

    this.logGroup = createLogGroup(this, 'Logs', props.logs);
    this.handler = new lambda.DockerImageFunction(this, 'Function', {
      description: 'LibreChat: checks deployments and runs scripts for operators',
      code: codeOf(props.image, COMMAND.maintain),
      architecture: props.image.architecture,
      memorySize: props.memorySize,
      ephemeralStorageSize: props.ephemeralStorageSize,
      timeout: TIMEOUT,
      environment: props.variables,
      role: this.createRole(),
      logGroup: this.logGroup,
      // CloudFormation has received its response, and must not get one of a second attempt.
      retryAttempts: 0,
      // Where Lambda throttles, events wait for up to six hours, and would change the database of a later deployment.
      maxEventAge: SERVICE_TIMEOUT,
      ...props.network && { ...props.network, securityGroups: props.securityGroups },
    });
  }

  /** Checks that LibreChat runs. The resources that serve requests must depend on the result. */
  public createCheck({ servers, acceptDataMigration }: CheckProps): IDependable {
    const { image, variables, cluster } = this.props;
    this.check = new CustomResource(this, 'Check', {
      resourceType: CHECK_RESOURCE_TYPE,
      serviceToken: this.handler.functionArn,
      serviceTimeout: SERVICE_TIMEOUT,
      removalPolicy: NOTHING_TO_DELETE,
      properties: {
        [CHECK_PROPERTIES.image]: image.tagOrDigest,
        [CHECK_PROPERTIES.variables]: variables,
        [CHECK_PROPERTIES.cluster]: cluster?.clusterIdentifier,
        [CHECK_PROPERTIES.acceptedMigration]: acceptDataMigration,
      },
    });
    this.afterServers(this.check, servers);
    return this.check;
  }

  /** The function connects to servers in the VPC, and to AWS. */
  private afterServers({ node }: CustomResource, servers: IDependable[]): void {
    const { network, securityGroups = [] } = this.props;
    node.addDependency(...servers, ...securityGroups);
    if (network) node.addDependency(network.vpc.selectSubnets(network.vpcSubnets).internetConnectivityEstablished);
  }

  /** Creates a user of LibreChat, with the field `password` of the secret `account`. It is deleted with the resource. */
  public createUser(scope: Construct, { email, account }: { readonly email: string; readonly account: ISecret }, servers: IDependable[]): void {
    wholeSecret(account).grantRead(this.handler);
    const user = new CustomResource(scope, 'User', {
      resourceType: USER_RESOURCE_TYPE,
      serviceToken: this.handler.functionArn,
      serviceTimeout: SERVICE_TIMEOUT,
      properties: { [USER_PROPERTIES.account]: account.secretArn, [USER_PROPERTIES.email]: email },
    });
    this.afterServers(user, servers);
    // A new release must not write to data that it is not allowed to migrate, and a database with a user is not new.
    if (this.check) user.node.addDependency(this.check);
  }

  private createRole(): iam.Role {
    const { inputs, cluster } = this.props;
    const role = createExecutionRole(this, 'LibreChat: maintenance', this.logGroup, inputs);
    // To distinguish a rollback from an update.
    allow(role, ['cloudformation:DescribeStacks'], Stack.of(this).stackId);
    if (cluster) this.allowSnapshots(role, cluster);
    return role;
  }

  private allowSnapshots(role: iam.Role, { clusterIdentifier }: IDatabaseCluster): void {
    const arn = (resource: string, resourceName: string) => Stack.of(this).formatArn({ service: 'rds', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
    const snapshots = arn('cluster-snapshot', `${SNAPSHOT_PREFIX}*`);
    allow(role, ['rds:CreateDBClusterSnapshot', 'rds:DescribeDBClusterSnapshots'], arn('cluster', clusterIdentifier), snapshots);
    // The tags of the cluster are copied to the snapshot.
    allow(role, ['rds:AddTagsToResource'], snapshots);
    suppressNag(role.node.findChild('DefaultPolicy'), {
      id: 'AwsSolutions-IAM5',
      reason: 'The names of snapshots contain the time; only snapshots of the cluster can be created',
      appliesTo: [wildcardFinding(this, snapshots)],
    });
  }
}
