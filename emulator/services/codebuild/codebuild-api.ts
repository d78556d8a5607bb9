import type { BuildPhase } from './build-phase';
import type { BuildProject } from './build-project';
import type { CodeBuildService } from './codebuild-service';
import type { EmulatedBuild } from './emulated-build';
import { AwsError } from '../../core/aws-error';
import type { Cloud } from '../../core/cloud';
import type { Authorize, JsonApi } from '../../core/json-api';

/** Page size, and maximum number of ids per request. */
const MOST = 100;

/** The supported parameters of StartBuild. None overrides the project. */
const START_PARAMETERS = ['projectName', 'idempotencyToken'];

/**
 * CodeBuild: StartBuild, BatchGetBuilds, ListBuildsForProject and StopBuild.
 *
 * @see https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Operations.html
 */
export function codeBuildApi(codeBuild: CodeBuildService, cloud: Cloud): JsonApi {
  const arnOf = (project: string) => cloud.arn('codebuild', `project/${project}`);
  /** By id or ARN. */
  const find = (id: string) => codeBuild.builds.find((build) => build.id === id || build.arn === id);
  const projectOf = (input: Record<string, unknown>, action: string, authorize: Authorize): BuildProject => {
    const name = String(input.projectName ?? '');
    if (!name) throw invalid('Invalid project name: it must not be empty');
    const arn = arnOf(name);
    authorize(action, arn);
    const project = codeBuild.find(name);
    if (!project) throw new AwsError('ResourceNotFoundException', 400, `Project cannot be found: ${arn}`);
    return project;
  };
  return {
    StartBuild: (input, authorize) => {
      const project = projectOf(input, 'codebuild:StartBuild', authorize);
      const unknown = Object.keys(input).find((name) => !START_PARAMETERS.includes(name));
      if (unknown !== undefined) throw invalid(`the emulator supports StartBuild with ${START_PARAMETERS.join(' and ')}, got: ${unknown}`);
      const token = input.idempotencyToken;
      return { build: describe(codeBuild.start(project, token === undefined ? undefined : String(token)), cloud) };
    },
    BatchGetBuilds: (input, authorize) => {
      const ids = input.ids as string[] | undefined;
      if (!Array.isArray(ids) || !ids.length || ids.length > MOST) throw invalid(`Invalid ids: must contain between 1 and ${MOST} build ids`);
      ids.forEach((id) => authorize('codebuild:BatchGetBuilds', arnOf(id.split(':')[0])));
      const builds = ids.flatMap((id) => find(id) ?? []);
      return { builds: builds.map((build) => describe(build, cloud)), buildsNotFound: ids.filter((id) => !find(id)) };
    },
    ListBuildsForProject: (input, authorize) => {
      const { name } = projectOf(input, 'codebuild:ListBuildsForProject', authorize);
      const ids = codeBuild.builds.filter(({ project }) => project.name === name).map(({ id }) => id);
      const { sortOrder } = input;
      if (sortOrder !== undefined && !['ASCENDING', 'DESCENDING'].includes(String(sortOrder))) throw invalid(`Invalid sortOrder: ${String(sortOrder)}`);
      if (sortOrder !== undefined && ids.length > MOST) throw invalid(`Invalid sortOrder: the project has more than ${MOST} builds`);
      if (sortOrder !== 'ASCENDING') ids.reverse();
      const from = input.nextToken === undefined ? 0 : Number(input.nextToken);
      if (!Number.isInteger(from)) throw invalid('Invalid nextToken');
      return { ids: ids.slice(from, from + MOST), ...(ids.length > from + MOST ? { nextToken: String(from + MOST) } : {}) };
    },
    StopBuild: (input, authorize) => {
      const id = String(input.id ?? '');
      if (!id) throw invalid('Invalid build id: it must not be empty');
      authorize('codebuild:StopBuild', arnOf(id.split(':')[0]));
      const build = find(id);
      if (!build) throw new AwsError('ResourceNotFoundException', 400, `Build ${id} does not exist`);
      build.stop();
      return { build: describe(build, cloud) };
    },
  };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidInputException', 400, message);
}

function describe(build: EmulatedBuild, cloud: Cloud): object {
  const { project, logStream } = build;
  const { Source, Environment, ServiceRole } = project.properties;
  const console = `https://console.aws.amazon.com/cloudwatch/home?region=${cloud.region}#logsV2:log-groups`;
  const path = logStream && `/log-group/${encodeURIComponent(project.logGroup)}/log-events/${logStream}`;
  return {
    id: build.id,
    arn: build.arn,
    buildNumber: build.number,
    projectName: project.name,
    buildStatus: build.status,
    buildComplete: !build.isRunning,
    currentPhase: build.phases.at(-1)?.type ?? 'SUBMITTED',
    startTime: build.started / 1000,
    ...(build.isRunning ? {} : { endTime: build.phases.at(-1)!.start / 1000 }),
    phases: build.phases.map(describePhase),
    source: { type: Source.Type, location: Source.Location, buildspec: Source.BuildSpec, insecureSsl: false },
    artifacts: { location: '' },
    environment: {
      type: Environment.Type,
      image: Environment.Image,
      computeType: Environment.ComputeType,
      privilegedMode: Environment.PrivilegedMode ?? false,
      environmentVariables: (Environment.EnvironmentVariables ?? []).map(({ Name, Value, Type = 'PLAINTEXT' }) => ({ name: Name, value: Value, type: Type })),
    },
    serviceRole: ServiceRole,
    logs: {
      deepLink: `${console}${path ?? ''}`,
      cloudWatchLogs: { status: 'ENABLED', groupName: project.logGroup },
      ...(logStream ? { groupName: project.logGroup, streamName: logStream } : {}),
    },
    timeoutInMinutes: project.runningMinutes,
    queuedTimeoutInMinutes: project.queuedMinutes,
  };
}

function describePhase({ type, start, end, status, contexts }: BuildPhase): object {
  return {
    phaseType: type,
    startTime: start / 1000,
    ...(end === undefined ? {} : { phaseStatus: status, endTime: end / 1000, durationInSeconds: Math.round((end - start) / 1000), contexts }),
  };
}
