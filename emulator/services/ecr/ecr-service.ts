import { AwsError } from '../../core/aws-error';
import type { Cloud } from '../../core/cloud';

/** An image in a repository. */
export interface RepositoryImage {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly tags: Set<string>;
  readonly size: number;
  readonly pushedAt: Date;
  /** The local build context: a Dockerfile and the files that it copies. */
  readonly context: string;
  /** The base image. */
  readonly base?: string;
}

/** A repository with its images; the newest is last. */
export class ImageRepository {
  public readonly images: RepositoryImage[] = [];
  public readonly arn: string;
  /** Host and name, without tag or digest. */
  public readonly uri: string;

  public constructor(cloud: Identity, public readonly name: string, private readonly immutableTags: boolean) {
    this.arn = cloud.arn('ecr', `repository/${name}`);
    this.uri = `${cloud.account}.dkr.ecr.${cloud.region}.${cloud.urlSuffix}/${name}`;
  }

  public find({ tag, digest }: { readonly tag?: string; readonly digest?: string }): RepositoryImage | undefined {
    return this.images.find((image) => (tag === undefined || image.tags.has(tag)) && (digest === undefined || image.digest === digest));
  }

  /**
   * Adds an image with a tag, and removes that tag from other images.
   *
   * @throws AwsError if tags are immutable and the tag exists, even on the same image
   * @see https://github.com/moby/buildkit/issues/2004
   */
  public push(tag: string, image: Pick<RepositoryImage, 'digest' | 'size' | 'context' | 'base'>): void {
    const tagged = this.find({ tag });
    if (tagged && this.immutableTags) {
      throw new AwsError('ImageTagAlreadyExistsException', 400,
        `The image tag '${tag}' already exists in the '${this.name}' repository and cannot be overwritten because the tag is immutable.`);
    }
    tagged?.tags.delete(tag);
    const known = this.find({ digest: image.digest });
    if (known) known.tags.add(tag);
    else this.images.push({ ...image, tags: new Set([tag]), pushedAt: new Date() });
  }
}

type Identity = Pick<Cloud, 'account' | 'region' | 'urlSuffix' | 'arn'>;

/** ECR's repositories. */
export class EcrService {
  private readonly repositories = new Map<string, ImageRepository>();

  public constructor(private readonly cloud: Identity) {}

  /**
   * Creates an empty repository.
   *
   * @throws AwsError if the name exists
   */
  public create(name: string, { immutableTags = false }: { readonly immutableTags?: boolean } = {}): ImageRepository {
    if (this.repositories.has(name)) {
      throw new AwsError('RepositoryAlreadyExistsException', 400,
        `The repository with name '${name}' already exists in the registry with id '${this.cloud.account}'`);
    }
    const repository = new ImageRepository(this.cloud, name, immutableTags);
    this.repositories.set(name, repository);
    return repository;
  }

  /** Deletes a repository and its images. */
  public delete(name: string): void {
    this.repositories.delete(name);
  }

  public find(name: string): ImageRepository | undefined {
    return this.repositories.get(name);
  }

  /** The repository of a reference: `<uri>`, `<uri>:<tag>` or `<uri>@<digest>`. */
  public findByUri(reference: string): ImageRepository | undefined {
    return [...this.repositories.values()].find(({ uri }) => uri === reference.replace(/(?:@|:(?=[^/]*$)).*$/, ''));
  }

  /** The image of a function's `ImageUri`: `<uri>@<digest>` or `<uri>:<tag>`. */
  public image(reference: string): RepositoryImage | undefined {
    const [, , digest, tag] = /^([^@]*?)(?:@(sha256:[0-9a-f]{64})|:([^/@]+))$/.exec(reference) ?? [];
    return digest || tag ? this.findByUri(reference)?.find({ digest, tag }) : undefined;
  }
}
