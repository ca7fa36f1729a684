/** Prints the luma of a ramp of samples, by the build of the kernel that this machine gets, and whether it bears SIMD. */
import { linearFactors } from '../../src/levels/factors.ts';
import { Kernel, kernelBuilds } from '../../src/levels/kernel.ts';
import { grayOf } from './gray-formats.ts';

const SAMPLES = 4_096;
const [SOURCE, TARGET] = [1_024, 16_384];

const wasm = new WebAssembly.Memory({ initial: 1, maximum: 1 });
const kernel = new Kernel(wasm, grayOf('gray12le'));
new Uint16Array(wasm.buffer, SOURCE, SAMPLES).set(Array.from({ length: SAMPLES }, (_, sample) => sample));
kernel.mapLinear(
  { source: SOURCE, target: TARGET, count: SAMPLES },
  linearFactors({ low: 310, high: 3_970 }, false),
);
const luma = new Bun.CryptoHasher('sha256')
  .update(new Uint8Array(wasm.buffer, TARGET, SAMPLES))
  .digest('hex');
process.stdout.write(`${WebAssembly.validate(kernelBuilds().simd) ? 'simd' : 'scalar'} ${luma}\n`);
