// What every page does beyond plain HTML. Each part finds its own elements and does nothing where there are none.
import { watchBursts } from './burst.ts';
import { drawCharts } from './charts.ts';
import { guardForms } from './forms.ts';
import { watchKeys } from './keys.ts';
import { followLive } from './live.ts';
import { openPalette, preparePalette } from './palette.ts';
import { watchPicks } from './picks.ts';
import { bringBackRefused } from './refused.ts';
import { startScanPage } from './scan.ts';
import { rememberZone } from './zone.ts';

rememberZone();
guardForms();
bringBackRefused();
preparePalette();
watchPicks();
watchKeys({ openPalette });
startScanPage();
watchBursts();
followLive();
drawCharts();
