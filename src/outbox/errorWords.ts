// Why a message still waits, for people: our own words where mail has no way out, else what the other side answered.
import { type Bilingual, type Locale, speak } from '../core/words.ts';
import { NO_MAIL_SERVER } from './deliver.ts';

const noMailServer: Bilingual = ['Mail does not leave: SMTP_URL and MAIL_FROM are not set.', 'メールは送信されません: SMTP_URL と MAIL_FROM が未設定です。'];

export const errorInWords = (error: string, locale: Locale): string => (error === NO_MAIL_SERVER ? speak(noMailServer, locale) : error);
