// Phone camera as scanner: BarcodeDetector where the browser has one; elsewhere a decoder is loaded when first needed.
interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

const FRAME_MS = 150;
/** The same code again within this time is the same label still in view. */
const SAME_MS = 2500;

export function watchCamera(onCode: (code: string) => void): void {
  const button = document.querySelector<HTMLButtonElement>('button[data-camera]');
  const video = document.querySelector<HTMLVideoElement>('video[data-camera-view]');
  if (button === null || video === null || !('mediaDevices' in navigator)) return;
  button.hidden = false;
  button.addEventListener('click', () => void (video.srcObject === null ? start(video, onCode) : stop(video)));
}

async function start(video: HTMLVideoElement, onCode: (code: string) => void): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }).catch(() => null);
  const refused = document.querySelector<HTMLElement>('[data-camera-refused]');
  if (refused !== null) refused.hidden = stream !== null;
  if (stream === null) return;
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  const detector = await openDetector(video);
  let last = { code: '', at: 0 };
  while (video.srcObject === stream) {
    for (const { rawValue } of await detector.detect(video).catch(() => [])) {
      if (rawValue !== last.code || performance.now() - last.at > SAME_MS) onCode(rawValue);
      last = { code: rawValue, at: performance.now() };
    }
    await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
  }
}

function stop(video: HTMLVideoElement): void {
  const stream = video.srcObject;
  if (stream instanceof MediaStream) for (const track of stream.getTracks()) track.stop();
  video.srcObject = null;
  video.hidden = true;
}

async function openDetector(video: HTMLVideoElement): Promise<Detector> {
  const native = (globalThis as { BarcodeDetector?: new (options: { formats: string[] }) => Detector }).BarcodeDetector;
  if (native !== undefined) return new native({ formats: ['qr_code', 'code_128', 'code_39', 'data_matrix', 'ean_13'] });
  const { detectorFrom } = await import(video.dataset.decoder ?? '');
  return detectorFrom();
}
