/** Syntax that RE2 does not support: lookaround and back references. */
const UNSUPPORTED = /\(\?<?[=!]|\\[1-9]|\\k</;

const LARGEST_REPETITION = 1000;

/**
 * Replaces the `re2js` package, which is as large as the rest of the schema. LibreChat's schema only uses the size of the compiled
 * patterns in `filters`, which is estimated here.
 */
export class RE2JS {
  public static compile(pattern: string): RE2JS {
    if (UNSUPPORTED.test(pattern.replace(/\\\\/g, ''))) throw new Error('unsupported by RE2');
    if ([...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].some(([, min, max]) => Number(max || min) > LARGEST_REPETITION)) throw new Error('invalid repeat count');
    // RE2 syntax that JavaScript lacks.
    void new RegExp(pattern.replace(/\(\?P</g, '(?<').replace(/\(\?[imsU-]+\)/g, '').replace(/\(\?[imsU-]+:/g, '(?:'));
    return new RE2JS(pattern.length + 2);
  }

  private constructor(private readonly size: number) {}

  public programSize(): number {
    return this.size;
  }

  public reset(): void {}
}
