-- Help articles in both languages, public once published, and what people did with them.

CREATE TABLE articles (
  id TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('draft','published','retired')),
  model_id TEXT REFERENCES models (id),
  maker_id TEXT REFERENCES makers (id),
  category_id TEXT REFERENCES case_codes (id),
  cause_id TEXT REFERENCES case_codes (id),
  title_en TEXT,
  body_en TEXT,
  title_ja TEXT,
  body_ja TEXT,
  case_id TEXT REFERENCES cases (id),
  owner_id TEXT REFERENCES users (id),
  reviewed_at BIGINT NOT NULL,
  published_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (title_en IS NOT NULL OR title_ja IS NOT NULL),
  CHECK (state <> 'published' OR (title_en IS NOT NULL AND body_en IS NOT NULL AND title_ja IS NOT NULL AND body_ja IS NOT NULL))
);
CREATE INDEX articles_by_model ON articles (model_id);
CREATE INDEX articles_by_cause ON articles (cause_id) WHERE cause_id IS NOT NULL;

-- The words an article is found by, normalised; Japanese in pairs of characters.
CREATE TABLE article_words (
  article_id TEXT NOT NULL REFERENCES articles (id),
  word TEXT NOT NULL,
  weight BIGINT NOT NULL,
  PRIMARY KEY (word, article_id)
);
CREATE INDEX article_words_by_article ON article_words (article_id);

-- Searches, readings and answers to "solved?". `visit_key` groups what one reader did; it names nobody.
CREATE TABLE article_events (
  id TEXT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  visit_key TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('search','read','solved','not_solved','contact')),
  article_id TEXT REFERENCES articles (id),
  query TEXT,
  hits BIGINT
);
CREATE INDEX article_events_by_time ON article_events (at);
CREATE INDEX article_events_by_article ON article_events (article_id, at);
