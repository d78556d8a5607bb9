import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EcrService, ImageRepository, RepositoryImage } from '../ecr/ecr-service';
import { instructionsIn } from '../lambda/image';

/** What a build provides to its commands. */
interface BuildContext {
  /** @throws Error if the build's role lacks the permission */
  readonly authorize: (action: string, resource: string) => void;
  /** Writes a line to the log of the build. */
  readonly write: (line: string) => void;
}

type Built = Pick<RepositoryImage, 'digest' | 'size' | 'context' | 'base'>;

/** In the order of a push. @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html */
const PUSH_ACTIONS = ['ecr:BatchCheckLayerAvailability', 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];

/** The exit status of a shell for a command that does not exist. */
const NOT_FOUND = 127;

/** Options with a value. */
const VALUED = ['--platform', '--build-arg', '--tag', '-t', '--file', '-f', '--username', '-u'];

/** The commands of Docker and of the AWS CLI that the build of one image needs. */
export class Docker {
  private readonly built = new Map<string, Built>();
  private readonly registries = new Set<string>();

  public constructor(
    private readonly ecr: EcrService,
    private readonly account: string,
    private readonly folder: string,
    private readonly build: BuildContext,
  ) {}

  /** Runs a command, and returns its exit status. Fails for programs that the emulator does not know. */
  public run(words: readonly string[]): number {
    const line = words.join(' ');
    try {
      if (line.startsWith('aws ecr get-login-password')) this.getLoginPassword();
      else if (line.startsWith('docker login ')) this.registries.add(positional(words.slice(2))[0]);
      else if (/^docker (?:buildx |image )?build /.test(line)) this.buildImage(words.slice(words.indexOf('build') + 1));
      else if (/^docker (?:image )?push /.test(line)) this.push(positional(words.slice(words.indexOf('push') + 1))[0]);
      else if (line.startsWith('docker manifest inspect ')) this.inspect(positional(words.slice(3))[0]);
      else if (words[0] === 'docker') throw new Error(`docker: '${words.slice(1).join(' ')}' is not a docker command that the emulator runs.`);
      else if (words[0] === 'echo') this.build.write(words.slice(1).join(' '));
      else if (line) return this.refuse(line);
      return 0;
    } catch (error) {
      this.build.write((error as Error).message);
      return 1;
    }
  }

  private refuse(line: string): number {
    this.build.write(`${line.split(' ')[0]}: the emulator does not run this command: ${line}`);
    return NOT_FOUND;
  }

  private getLoginPassword(): void {
    try {
      this.build.authorize('ecr:GetAuthorizationToken', '*');
    } catch (error) {
      throw new Error(`An error occurred (AccessDeniedException) when calling the GetAuthorizationToken operation: ${(error as Error).message}`);
    }
  }

  private buildImage(words: readonly string[]): void {
    const [context = ''] = positional(words);
    if (context !== '.') throw new Error(`the build context must be the folder of the source, \`.\`, got: ${context}`);
    if (!existsSync(join(this.folder, 'Dockerfile'))) throw new Error('ERROR: failed to read dockerfile: open Dockerfile: no such file or directory');
    const options = optionsOf(words);
    const base = this.baseOf(options('--build-arg'));
    for (const [instruction, argument] of instructionsIn(this.folder)) this.requireSources(instruction, argument);
    const files = filesBelow(this.folder);
    const digest = createHash('sha256').update(JSON.stringify([base, options('--platform'), ...files.map(([name, body]) => [name, sha256(body)])]));
    const image: Built = {
      digest: `sha256:${digest.digest('hex')}`, size: files.reduce((sum, [, body]) => sum + body.length, 0), context: this.folder, base,
    };
    const tags = [...options('--tag'), ...options('-t')];
    for (const tag of tags) {
      if (!/^[\w.-]+(?:\/[\w.-]+)+:[\w][\w.-]{0,127}$/.test(tag)) throw new Error(`invalid tag "${tag}": invalid reference format`);
      this.built.set(tag, image);
    }
    this.build.write(`#1 FROM ${base}`);
    this.build.write(`#2 writing image ${image.digest} done`);
    if (words.includes('--push')) tags.forEach((tag) => this.push(tag));
  }

  /** The base image of the Dockerfile, with its arguments replaced. */
  private baseOf(given: readonly string[]): string {
    const values: Record<string, string> = {};
    let base = '';
    for (const [instruction, argument] of instructionsIn(this.folder)) {
      const [name, preset] = argument.split(/=(.*)/s);
      if (instruction === 'ARG') values[name] = given.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? preset ?? '';
      if (instruction === 'FROM') {
        base = argument.replace(/\$\{?(\w+)\}?/g, (_, variable: string) => values[variable] ?? '');
        if (!base) throw new Error(`ERROR: failed to solve: base name (${argument}) should not be blank`);
      }
    }
    return base;
  }

  private requireSources(instruction: string, argument: string): void {
    if (!['COPY', 'ADD'].includes(instruction) || argument.includes('--from=')) return;
    for (const source of positional(argument.split(/\s+/)).slice(0, -1)) {
      if (!existsSync(join(this.folder, source))) throw new Error(`ERROR: failed to solve: failed to compute cache key: "/${source}": not found`);
    }
  }

  private push(reference: string): void {
    const image = this.built.get(reference);
    if (!image) throw new Error(`An image does not exist locally with the tag: ${reference}`);
    const repository = this.repositoryOf(reference);
    PUSH_ACTIONS.forEach((action) => this.build.authorize(action, repository.arn));
    repository.push(tagOf(reference), image);
    this.build.write(`${tagOf(reference)}: digest: ${image.digest} size: 1234`);
  }

  private inspect(reference: string): void {
    const repository = this.repositoryOf(reference);
    this.build.authorize('ecr:BatchGetImage', repository.arn);
    if (!repository.find({ tag: tagOf(reference) })) throw new Error(`no such manifest: ${reference}`);
    // Docker fills in the platform from the image's configuration.
    this.build.authorize('ecr:GetDownloadUrlForLayer', repository.arn);
  }

  private repositoryOf(reference: string): ImageRepository {
    const [host, ...path] = reference.replace(/:[^/]*$/, '').split('/');
    if (!this.registries.has(host)) throw new Error('no basic auth credentials');
    const repository = this.ecr.findByUri(reference);
    if (repository) return repository;
    throw new Error(`name unknown: The repository with name '${path.join('/')}' does not exist in the registry with id '${this.account}'`);
  }
}

/** The words that are not options, values of options or redirections. */
function positional(words: readonly string[]): string[] {
  const end = words.findIndex((word) => /^\d?>/.test(word));
  return words.slice(0, end < 0 ? undefined : end).filter((word, i) => !word.startsWith('-') && !VALUED.includes(words[i - 1]));
}

/** Returns a function that finds the values of an option, as `--name value` or `--name=value`. */
function optionsOf(words: readonly string[]): (name: string) => string[] {
  return (name) => words.flatMap((word, i) => word === name ? [words[i + 1] ?? ''] : word.startsWith(`${name}=`) ? [word.slice(name.length + 1)] : []);
}

function tagOf(reference: string): string {
  return /:([^/:]*)$/.exec(reference)?.[1] ?? 'latest';
}

function filesBelow(folder: string): [name: string, body: Buffer][] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).sort().map((file) => [file.slice(folder.length + 1), readFileSync(file)]);
}

function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
