import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildStandIn } from './artifacts';
import { BASE_IMAGE_ARGUMENT } from '../../../src/contract/image';
import { bundleAdapter } from '../../../tools/bundle-adapter';

/** What the base image's configuration says of how it is run. */
export interface ImageConfig {
  readonly Entrypoint: string[];
  readonly Cmd: string[];
  readonly WorkingDir: string;
}

/** No user and no group of any machine that builds. */
const USER = '993';

/** LibreChat's image in small: Node, the stand-in in the place of the server, and a built client. */
const BASE = ['FROM scratch', 'COPY . /', 'ENV PATH=/usr/local/bin HOST=0.0.0.0', 'WORKDIR /app/api', 'CMD ["node", "server/index.js"]'];

/** Builds images with buildah, without a daemon and without the network. */
export class ImageBuilder {
  private readonly folder = mkdtempSync(join(tmpdir(), 'image-test-'));
  private readonly image = join(this.folder, 'image');
  private readonly storage = ['--storage-driver', 'vfs', '--root', join(this.folder, 'storage'), '--runroot', join(this.folder, 'run')];

  public constructor() {
    for (const program of ['buildah', 'bwrap', 'setpriv']) {
      try {
        execFileSync(program, ['--version'], { stdio: 'ignore' });
      } catch {
        throw new Error(`${program} must be installed to test the image: apt-get install buildah bubblewrap util-linux`);
      }
    }
    // The image is read by a user who owns nothing of it.
    chmodSync(this.folder, 0o755);
  }

  /** Makes the base image under a name of this machine. */
  public async buildBase(name: string, platform?: string): Promise<void> {
    const context = join(this.folder, 'base');
    rmSync(context, { recursive: true, force: true });
    const inContext = (path: string) => {
      mkdirSync(dirname(join(context, path)), { recursive: true });
      return join(context, path);
    };
    const node = realpathSync(process.execPath);
    copyFileSync(node, inContext('usr/local/bin/node'));
    for (const library of librariesOf(node)) copyFileSync(realpathSync(library), inContext(library));
    await buildStandIn(join(context, 'app'));
    for (const mountPoint of ['tmp', 'proc', 'dev']) mkdirSync(join(context, mountPoint));
    writeFileSync(join(this.folder, 'Dockerfile.base'), BASE.join('\n'));
    this.buildah('build', '--isolation', 'chroot', ...platformOption(platform), '-f', join(this.folder, 'Dockerfile.base'), '-t', name, context);
  }

  /** Builds the adapter's image, as CDK does from the package's files. */
  public async buildImage(name: string, base: string, platform?: string): Promise<void> {
    await bundleAdapter(this.image);
    this.buildah('build', '--isolation', 'chroot', ...platformOption(platform), '--build-arg', `${BASE_IMAGE_ARGUMENT}=${base}`, '-t', name, this.image);
  }

  public config(name: string): ImageConfig & { architecture: string } {
    const { OCIv1 } = JSON.parse(this.buildah('inspect', '--type', 'image', name)) as { OCIv1: { architecture: string; config: ImageConfig } };
    return { ...OCIv1.config, architecture: OCIv1.architecture };
  }

  /** The files of an image, for everybody to read. */
  public mount(name: string): string {
    const root = this.buildah('mount', this.buildah('from', '--pull-never', name));
    for (let parent = dirname(root); parent !== this.folder; parent = dirname(parent)) chmodSync(parent, 0o755);
    return root;
  }

  public dispose(): void {
    this.buildah('umount', '--all');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private buildah(command: string, ...options: string[]): string {
    return execFileSync('buildah', [...this.storage, command, ...options], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }
}

/** The command that runs one in an image as Lambda does: nothing is writable but /tmp, and the user owns nothing. */
export function likeLambda(root: string, directory: string, command: string[], files: Record<string, string> = {}): string[] {
  const binds = Object.entries(files).flatMap(([inside, outside]) => ['--ro-bind', outside, inside]);
  return [
    'setpriv', '--reuid', USER, '--regid', USER, '--clear-groups', 'bwrap', '--ro-bind', root, '/', '--dev', '/dev', '--proc', '/proc',
    '--tmpfs', '/tmp', ...binds, '--chdir', directory, '--die-with-parent', '--', ...command,
  ];
}

function librariesOf(program: string): string[] {
  return [...execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)].map(([, library]) => library);
}

function platformOption(platform?: string): string[] {
  return platform ? ['--platform', platform] : [];
}
