-- Checklists of the bench. A changed checklist is a new row that replaces the old one, so that former inspections keep the steps they were done with.

CREATE TABLE checklists (
  id TEXT NOT NULL PRIMARY KEY,
  name_en TEXT NOT NULL,
  name_ja TEXT NOT NULL,
  maker_id TEXT REFERENCES makers (id),
  model_id TEXT REFERENCES models (id),
  hw_rev TEXT,
  replaces_id TEXT REFERENCES checklists (id),
  retired_at BIGINT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (maker_id IS NULL OR model_id IS NULL),
  CHECK (hw_rev IS NULL OR model_id IS NOT NULL)
);
CREATE UNIQUE INDEX checklists_one_per_scope ON checklists (coalesce(maker_id, ''), coalesce(model_id, ''), coalesce(hw_rev, '')) WHERE retired_at IS NULL;

CREATE TABLE checklist_steps (
  id TEXT NOT NULL PRIMARY KEY,
  checklist_id TEXT NOT NULL REFERENCES checklists (id),
  position BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('check','value','photo')),
  need TEXT NOT NULL CHECK (need IN ('required','optional')),
  name_en TEXT NOT NULL,
  name_ja TEXT NOT NULL,
  value_unit TEXT,
  min_value DOUBLE PRECISION,
  max_value DOUBLE PRECISION,
  UNIQUE (checklist_id, position),
  CHECK (min_value IS NULL OR max_value IS NULL OR min_value <= max_value)
);

CREATE TABLE inspection_steps (
  inspection_id TEXT NOT NULL REFERENCES inspections (id),
  step_id TEXT NOT NULL REFERENCES checklist_steps (id),
  result TEXT NOT NULL CHECK (result IN ('ok','ng','skipped')),
  value DOUBLE PRECISION,
  attachment_id TEXT REFERENCES attachments (id),
  note TEXT,
  recorded_by TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (inspection_id, step_id)
);

INSERT INTO checklists (id, name_en, name_ja, created_by, created_at) VALUES ('checklist-all', 'Basic camera check', 'カメラ基本検証', 'kizashi', 0);
INSERT INTO checklist_steps (id, checklist_id, position, kind, need, name_en, name_ja, value_unit, min_value, max_value) VALUES
  ('checklist-all-01', 'checklist-all', 1, 'check', 'required', 'Appearance: housing, window, connectors undamaged', '外観:筐体・窓・コネクターに損傷なし', NULL, NULL, NULL),
  ('checklist-all-02', 'checklist-all', 2, 'photo', 'optional', 'Photo of the type plate', '銘板の写真', NULL, NULL, NULL),
  ('checklist-all-03', 'checklist-all', 3, 'check', 'required', 'Serial number on the plate matches the record', '銘板のシリアルが登録と一致', NULL, NULL, NULL),
  ('checklist-all-04', 'checklist-all', 4, 'value', 'optional', 'Supply voltage under load', '負荷時の入力電圧', 'V', 44, 57),
  ('checklist-all-05', 'checklist-all', 5, 'check', 'required', 'Starts up within three minutes', '3分以内に起動する', NULL, NULL, NULL),
  ('checklist-all-06', 'checklist-all', 6, 'check', 'required', 'Reachable over the network for ten minutes', '10分間ネットワーク応答あり', NULL, NULL, NULL),
  ('checklist-all-07', 'checklist-all', 7, 'value', 'optional', 'Housing temperature after thirty minutes', '30分後の筐体温度', '°C', 0, 70),
  ('checklist-all-08', 'checklist-all', 8, 'check', 'required', 'Day picture: sharp, colours right', '昼間映像:ピント・色が正常', NULL, NULL, NULL),
  ('checklist-all-09', 'checklist-all', 9, 'check', 'required', 'Night picture: IR LEDs and IR-cut filter switch', '夜間映像:赤外線LED・IRカット切替が正常', NULL, NULL, NULL),
  ('checklist-all-10', 'checklist-all', 10, 'check', 'required', 'Records and plays back without gaps', '録画・再生に欠損なし', NULL, NULL, NULL),
  ('checklist-all-11', 'checklist-all', 11, 'value', 'optional', 'Write errors of the SD card', 'SDカードの書込エラー数', NULL, 0, 0);
