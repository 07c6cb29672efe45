// What a complaint is called: by the customer at filing, by the technician at the bench. Codes of the product's public code trees.
import type { Complaint } from './fate.ts';
import type { CauseCode } from './topics.ts';

export interface Finding {
  readonly failure_mode: string;
  readonly component: string;
  readonly cause: string;
}

const symptoms: Readonly<Record<Complaint['reason'], string>> = {
  storage: 'CARD_ERROR',
  encoder: 'NOISE',
  ircut: 'COLOUR',
  brownout: 'NO_POWER',
  crash: 'BOOT_LOOP',
  damage: 'DAMAGE',
  nothing: 'UNSTABLE_LINK',
};

/** `planted` is the cause when a defect of the cohort is behind it, `worn` when it is ordinary wear. */
const findings: Readonly<Record<Complaint['reason'], Omit<Finding, 'cause'> & { readonly planted: string; readonly worn: string }>> = {
  storage: { failure_mode: 'SD_WORN', component: 'SD_CARD', planted: 'PART_LOT', worn: 'WEAR' },
  encoder: { failure_mode: 'ENCODER_HANG', component: 'SOC', planted: 'SOLDER', worn: 'UNKNOWN_CAUSE' },
  ircut: { failure_mode: 'IRCUT_STUCK', component: 'IR_CUT', planted: 'PART_LOT', worn: 'WEAR' },
  brownout: { failure_mode: 'BROWNOUT', component: 'POE_MODULE', planted: 'DESIGN', worn: 'POWER_QUALITY' },
  crash: { failure_mode: 'FIRMWARE_FAULT', component: 'FIRMWARE_PART', planted: 'FIRMWARE_BUG', worn: 'FIRMWARE_BUG' },
  damage: { failure_mode: 'MECH_BREAK', component: 'HOUSING', planted: 'DROP', worn: 'DROP' },
  nothing: { failure_mode: 'OTHER_MODE', component: 'MAIN_BOARD', planted: 'UNKNOWN_CAUSE', worn: 'UNKNOWN_CAUSE' },
};

/** What the inquiry was about, by the desk's own categories; null: none of them. */
const categories: Readonly<Record<Complaint['reason'], string | null>> = {
  storage: 'RECORDING',
  encoder: 'PICTURE',
  ircut: 'PICTURE',
  brownout: 'REBOOT',
  crash: 'REBOOT',
  damage: null,
  nothing: null,
};

/** What the support desk wrote down when it gave the unit to the bench; null: it found nothing. */
const inquiryCauses: Readonly<Record<Complaint['reason'], CauseCode | null>> = {
  storage: 'CARD_WORN',
  encoder: 'ENCODER',
  ircut: 'IRCUT_STUCK',
  brownout: 'POE_POWER',
  crash: 'FIRMWARE',
  damage: 'DAMAGE',
  nothing: null,
};

const words: Readonly<Record<Complaint['reason'], string>> = {
  storage: '録画が保存されない。SDカードエラーの表示あり。',
  encoder: '映像が乱れ、コマ落ちする。',
  ircut: '昼間の映像が紫がかっている。',
  brownout: '夜間に電源が落ちる。',
  crash: '更新後に再起動を繰り返す。',
  damage: '筐体が割れている。',
  nothing: '時々つながらないとの申告。',
};

const englishWords: Readonly<Record<Complaint['reason'], string>> = {
  storage: 'nothing is recorded, the card shows an error',
  encoder: 'the picture breaks up and frames are lost',
  ircut: 'the picture is purple by day',
  brownout: 'power fails at night',
  crash: 'restarts again and again after the update',
  damage: 'the housing is broken',
  nothing: 'now and then out of reach',
};

/** What a device reports of it; null: nothing of its own. */
const signals: Readonly<Record<Complaint['reason'], string | null>> = {
  storage: 'sd_write_errs',
  encoder: 'enc_restarts',
  ircut: 'ircut_fault_reports',
  brownout: 'brownouts',
  crash: 'reboot_kernel_panic',
  damage: null,
  nothing: null,
};

export const signalOf = (complaint: Complaint): string | null => signals[complaint.reason];
export const symptomOf = (complaint: Complaint): string => symptoms[complaint.reason];
export const categoryOf = (complaint: Complaint): string | null => categories[complaint.reason];
export const inquiryCauseOf = (complaint: Complaint): CauseCode | null => inquiryCauses[complaint.reason];
export const wordsOf = (complaint: Complaint): string => words[complaint.reason];
export const englishWordsOf = (complaint: Complaint): string => englishWords[complaint.reason];

/** Null unless the bench confirms a fault or sees damage. */
export function findingOf(complaint: Complaint): Finding | null {
  if (complaint.verdict !== 'confirmed' && complaint.verdict !== 'customer_damage') return null;
  const { failure_mode, component, planted, worn } = findings[complaint.reason];
  return { failure_mode, component, cause: complaint.defect_id === null ? worn : planted };
}

/** What becomes of the unit. Scrap is left out: it needs a second person. */
export function dispositionOf(complaint: Complaint): 'return_to_maker' | 'restock' | 'return_to_customer' {
  if (complaint.verdict === 'no_fault_found') return 'restock';
  return complaint.verdict === 'customer_damage' ? 'return_to_customer' : 'return_to_maker';
}
