import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EcrService, ImageRepository, RepositoryImage } from '../ecr/ecr-service';
import { instructionsIn } from '../lambda/image';

/** What a build lets its commands do. */
interface Surroundings {
  /** @throws Error where the role of the build does not have the right */
  readonly authorize: (action: string, resource: string) => void;
  /** Writes a line into the log of the build. */
  readonly write: (line: string) => void;
}

type Built = Pick<RepositoryImage, 'digest' | 'size' | 'context' | 'base'>;

/** In the order in which a push asks for them. @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html */
const PUSH_ACTIONS = ['ecr:BatchCheckLayerAvailability', 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];

/** The exit status of a shell for a command that is not there. */
const NOT_FOUND = 127;

/** Options that are followed by a value. */
const VALUED = ['--platform', '--build-arg', '--tag', '-t', '--file', '-f', '--username', '-u'];

/** Docker, and the AWS CLI where it asks for ECR's password, as far as a build of one image needs them. */
export class Docker {
  private readonly built = new Map<string, Built>();
  private readonly registries = new Set<string>();

  public constructor(
    private readonly ecr: EcrService,
    private readonly account: string,
    private readonly folder: string,
    private readonly around: Surroundings,
  ) {}

  /** Runs a command, and returns its exit status. Of another program than those that the emulator knows, it fails. */
  public run(words: readonly string[]): number {
    const line = words.join(' ');
    try {
      if (line.startsWith('aws ecr get-login-password')) this.askForPassword();
      else if (line.startsWith('docker login ')) this.registries.add(positional(words.slice(2))[0]);
      else if (/^docker (?:buildx |image )?build /.test(line)) this.buildImage(words.slice(words.indexOf('build') + 1));
      else if (/^docker (?:image )?push /.test(line)) this.push(positional(words.slice(words.indexOf('push') + 1))[0]);
      else if (line.startsWith('docker manifest inspect ')) this.inspect(positional(words.slice(3))[0]);
      else if (words[0] === 'docker') throw new Error(`docker: '${words.slice(1).join(' ')}' is not a docker command that the emulator runs.`);
      else if (words[0] === 'echo') this.around.write(words.slice(1).join(' '));
      else if (line) return this.refuse(line);
      return 0;
    } catch (error) {
      this.around.write((error as Error).message);
      return 1;
    }
  }

  private refuse(line: string): number {
    this.around.write(`${line.split(' ')[0]}: the emulator does not run this command: ${line}`);
    return NOT_FOUND;
  }

  private askForPassword(): void {
    try {
      this.around.authorize('ecr:GetAuthorizationToken', '*');
    } catch (error) {
      throw new Error(`An error occurred (AccessDeniedException) when calling the GetAuthorizationToken operation: ${(error as Error).message}`);
    }
  }

  private buildImage(words: readonly string[]): void {
    const [context = ''] = positional(words);
    if (context !== '.') throw new Error(`the emulator builds the folder of the source, \`.\`, got: ${context}`);
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
    this.around.write(`#1 FROM ${base}`);
    this.around.write(`#2 writing image ${image.digest} done`);
    if (words.includes('--push')) tags.forEach((tag) => this.push(tag));
  }

  /** The image that the Dockerfile begins with, once its arguments are filled in. */
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
    PUSH_ACTIONS.forEach((action) => this.around.authorize(action, repository.arn));
    repository.push(tagOf(reference), image);
    this.around.write(`${tagOf(reference)}: digest: ${image.digest} size: 1234`);
  }

  private inspect(reference: string): void {
    const repository = this.repositoryOf(reference);
    this.around.authorize('ecr:BatchGetImage', repository.arn);
    if (!repository.find({ tag: tagOf(reference) })) throw new Error(`no such manifest: ${reference}`);
    // Docker fills in the platform from the image's configuration.
    this.around.authorize('ecr:GetDownloadUrlForLayer', repository.arn);
  }

  private repositoryOf(reference: string): ImageRepository {
    const [host, ...path] = reference.replace(/:[^/]*$/, '').split('/');
    if (!this.registries.has(host)) throw new Error('no basic auth credentials');
    const repository = this.ecr.findByUri(reference);
    if (repository) return repository;
    throw new Error(`name unknown: The repository with name '${path.join('/')}' does not exist in the registry with id '${this.account}'`);
  }
}

/** The words that are neither options nor their values; what stands after a redirection is none of them. */
function positional(words: readonly string[]): string[] {
  const end = words.findIndex((word) => /^\d?>/.test(word));
  return words.slice(0, end < 0 ? undefined : end).filter((word, i) => !word.startsWith('-') && !VALUED.includes(words[i - 1]));
}

/** Gives the values of an option, as `--name value` or `--name=value`. */
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
