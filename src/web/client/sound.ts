// Short tones, so that a tech hears the result of a scan without looking up.
const TONES = {
  good: [[880, 0.08]],
  warn: [[520, 0.12]],
  bad: [
    [220, 0.18],
    [180, 0.22],
  ],
} as const;

let audio: AudioContext | null = null;

export function beep(tone: keyof typeof TONES): void {
  audio ??= new AudioContext();
  let at = audio.currentTime;
  for (const [frequency, length] of TONES[tone]) {
    const oscillator = audio.createOscillator();
    const gain = audio.createGain();
    oscillator.frequency.value = frequency;
    gain.gain.value = 0.08;
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(at);
    at += length;
    oscillator.stop(at);
  }
}
