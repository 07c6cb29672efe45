// Bar-code decoding for browsers without BarcodeDetector (iPhone): loaded when the camera is first used.
import { BinaryBitmap, HTMLCanvasElementLuminanceSource, HybridBinarizer, MultiFormatReader } from '@zxing/library';

/** The same interface as BarcodeDetector, as far as the scan page needs it. */
export function detectorFrom() {
  const reader = new MultiFormatReader();
  const canvas = document.createElement('canvas');
  return {
    async detect(video: HTMLVideoElement): Promise<{ rawValue: string }[]> {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      canvas.getContext('2d')?.drawImage(video, 0, 0);
      try {
        return [{ rawValue: reader.decode(new BinaryBitmap(new HybridBinarizer(new HTMLCanvasElementLuminanceSource(canvas)))).getText() }];
      } catch {
        // The reader throws when it sees no code in this frame.
        return [];
      }
    },
  };
}
