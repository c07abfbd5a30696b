-- The catalog of a vault. One text for SQLite and PostgreSQL, so: BIGINT and TEXT only, and no column that is NULL.
--
--   id            a number of ten digits or more, from id_counter; unique over all kinds of things, never given out twice
--   *_time        microseconds since 1970-01-01 UTC; 0 where there is none
--   '' and 0      stand for what is not given
--   JSON          TEXT that the program reads whole and SQL never looks into
--
-- Lists are ordered by (creation_time, id). For every filter of the API there is an index that starts with the list's
-- scope and the filter's column and ends with that order: a page is one stretch of one index.

-- +goose Up

-- The last number given out, by name: 'id' for things, 'event' for the outbox.
CREATE TABLE id_counter (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO id_counter (name, value) VALUES ('id', 1000000000), ('event', 0);

-- storage.md §4: one in an account and region (ST-1).
CREATE TABLE reference_store (
    id            BIGINT NOT NULL PRIMARY KEY,
    account       TEXT   NOT NULL, -- twelve digits
    region        TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    description   TEXT   NOT NULL,
    creation_time BIGINT NOT NULL,
    update_time   BIGINT NOT NULL,
    UNIQUE (account, region)
);

CREATE TABLE reference (
    id              BIGINT NOT NULL PRIMARY KEY,
    store_id        BIGINT NOT NULL REFERENCES reference_store (id),
    name            TEXT   NOT NULL,
    description     TEXT   NOT NULL,
    md5             TEXT   NOT NULL, -- hex, of the decompressed FASTA
    status          TEXT   NOT NULL, -- ACTIVE DELETING DELETED
    creation_type   TEXT   NOT NULL, -- IMPORT
    creation_job_id BIGINT NOT NULL,
    creation_time   BIGINT NOT NULL,
    update_time     BIGINT NOT NULL
);
CREATE INDEX reference_name ON reference (store_id, name, creation_time, id);
CREATE INDEX reference_md5  ON reference (store_id, md5, creation_time, id);
CREATE INDEX reference_time ON reference (store_id, creation_time, id);

-- The sequences of a reference in the order of the file: what @SQ lines are matched with.
CREATE TABLE reference_sequence (
    reference_id BIGINT NOT NULL REFERENCES reference (id),
    ordinal      BIGINT NOT NULL, -- from 0
    name         TEXT   NOT NULL,
    length       BIGINT NOT NULL, -- bases
    m5           TEXT   NOT NULL, -- hex; MD5 of the bases in upper case without white space (SAMv1, M5)
    PRIMARY KEY (reference_id, ordinal)
);
CREATE INDEX reference_sequence_m5 ON reference_sequence (m5, reference_id, ordinal);

-- storage.md §5.
CREATE TABLE sequence_store (
    id                   BIGINT NOT NULL PRIMARY KEY,
    account              TEXT   NOT NULL,
    region               TEXT   NOT NULL,
    name                 TEXT   NOT NULL,
    description          TEXT   NOT NULL,
    status               TEXT   NOT NULL, -- CREATING ACTIVE UPDATING DELETING FAILED
    status_message       TEXT   NOT NULL,
    etag_family          TEXT   NOT NULL, -- MD5up SHA256up SHA512up
    fallback_location    TEXT   NOT NULL, -- S3 URI
    propagated_tags      TEXT   NOT NULL, -- JSON list of tag keys
    s3_alias             TEXT   NOT NULL, -- bucket of the store's s3Uri
    access_log_location  TEXT   NOT NULL, -- S3 URI
    read_set_count       BIGINT NOT NULL, -- rows of read_set: quota and delete-when-empty cost nothing
    creation_time        BIGINT NOT NULL,
    update_time          BIGINT NOT NULL
);
CREATE INDEX sequence_store_name   ON sequence_store (account, region, name, creation_time, id);
CREATE INDEX sequence_store_status ON sequence_store (account, region, status, creation_time, id);
CREATE INDEX sequence_store_time   ON sequence_store (account, region, creation_time, id);
CREATE INDEX sequence_store_alias  ON sequence_store (s3_alias);

-- storage.md §6 and §7. Files and tags have tables of their own.
CREATE TABLE read_set (
    id                BIGINT NOT NULL PRIMARY KEY,
    store_id          BIGINT NOT NULL REFERENCES sequence_store (id),
    name              TEXT   NOT NULL,
    description       TEXT   NOT NULL,
    subject_id        TEXT   NOT NULL,
    sample_id         TEXT   NOT NULL,
    generated_from    TEXT   NOT NULL,
    reference_arn     TEXT   NOT NULL,
    file_type         TEXT   NOT NULL, -- FASTQ BAM UBAM CRAM
    status            TEXT   NOT NULL, -- ARCHIVED ACTIVATING ACTIVE DELETING DELETED PROCESSING_UPLOAD UPLOAD_FAILED
    status_message    TEXT   NOT NULL,
    creation_type     TEXT   NOT NULL, -- IMPORT UPLOAD
    creation_job_id   BIGINT NOT NULL,
    total_read_count  BIGINT NOT NULL,
    total_base_count  BIGINT NOT NULL,
    alignment         TEXT   NOT NULL, -- ALIGNED UNALIGNED; '' while the counts are not known
    etag_algorithm    TEXT   NOT NULL, -- FASTQ_MD5up and its eight sisters; '' while not known
    etag_source1      TEXT   NOT NULL, -- hex
    etag_source2      TEXT   NOT NULL, -- hex
    etag_definition   BIGINT NOT NULL, -- number of the definition in docs/etag.md
    creation_time     BIGINT NOT NULL,
    update_time       BIGINT NOT NULL, -- of the last change of status
    last_access_time  BIGINT NOT NULL  -- noted at most once an hour
);
CREATE INDEX read_set_name           ON read_set (store_id, name, creation_time, id);
CREATE INDEX read_set_status         ON read_set (store_id, status, creation_time, id);
CREATE INDEX read_set_sample         ON read_set (store_id, sample_id, creation_time, id);
CREATE INDEX read_set_subject        ON read_set (store_id, subject_id, creation_time, id);
CREATE INDEX read_set_generated_from ON read_set (store_id, generated_from, creation_time, id);
CREATE INDEX read_set_creation_type  ON read_set (store_id, creation_type, creation_time, id);
CREATE INDEX read_set_time           ON read_set (store_id, creation_time, id);
-- The reference comes first: deleting it asks for its read sets in all stores.
CREATE INDEX read_set_reference      ON read_set (reference_arn, store_id, creation_time, id);
-- What the archive sweep takes next, and read sets of equal content.
CREATE INDEX read_set_idle           ON read_set (last_access_time, id) WHERE status = 'ACTIVE';
CREATE INDEX read_set_etag           ON read_set (etag_algorithm, etag_source1, etag_source2, id);

-- The stored files of a reference or read set.
CREATE TABLE stored_file (
    owner_id     BIGINT NOT NULL, -- id of the reference or read set
    role         TEXT   NOT NULL, -- SOURCE1 SOURCE2 INDEX; of a reference SOURCE INDEX GZI
    object_key   TEXT   NOT NULL, -- path in the vault below its area: {account}/sequenceStore/…; never changes
    area         TEXT   NOT NULL, -- objects archive: where the bytes lie now
    encoding     TEXT   NOT NULL, -- of the archived form; '' for the bytes as they are
    size         BIGINT NOT NULL, -- bytes of the file as it is served
    part_size    BIGINT NOT NULL, -- bytes of a part as the API counts parts
    stored_size  BIGINT NOT NULL, -- bytes as they lie
    checksum     TEXT   NOT NULL, -- of the bytes as they lie, by the name of its algorithm: sha256:hex
    PRIMARY KEY (owner_id, role)
);
CREATE UNIQUE INDEX stored_file_key ON stored_file (object_key);

-- sharing-tags-permissions.md §2. owner_id is the id of any thing that has tags.
CREATE TABLE tag (
    owner_id BIGINT NOT NULL,
    tag_key  TEXT   NOT NULL,
    value    TEXT   NOT NULL,
    PRIMARY KEY (owner_id, tag_key)
);
CREATE INDEX tag_search ON tag (tag_key, value, owner_id);

-- Client tokens (ST-18): the first answer to a call, given again to the same call.
CREATE TABLE idempotency_token (
    account       TEXT   NOT NULL,
    region        TEXT   NOT NULL,
    operation     TEXT   NOT NULL, -- StartReadSetImportJob
    token         TEXT   NOT NULL,
    body_hash     TEXT   NOT NULL, -- of the request without its token
    answer        TEXT   NOT NULL, -- JSON
    creation_time BIGINT NOT NULL,
    PRIMARY KEY (account, region, operation, token)
);
CREATE INDEX idempotency_token_time ON idempotency_token (creation_time);

-- What differs from the defaults of an account: quotas and the like, by name.
CREATE TABLE setting (
    account TEXT NOT NULL,
    region  TEXT NOT NULL,
    name    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (account, region, name)
);

-- Jobs: SUBMITTED -> IN_PROGRESS -> COMPLETED | COMPLETED_WITH_FAILURES | FAILED; from either of the first two CANCELLING -> CANCELLED.
CREATE TABLE job (
    id              BIGINT NOT NULL PRIMARY KEY,
    account         TEXT   NOT NULL,
    region          TEXT   NOT NULL,
    kind            TEXT   NOT NULL, -- readset-import readset-export readset-activation reference-import
    store_id        BIGINT NOT NULL, -- 0 for a job of no store
    status          TEXT   NOT NULL,
    status_message  TEXT   NOT NULL,
    request         TEXT   NOT NULL, -- JSON: what the kind keeps of the call (roleArn, destination)
    creation_time   BIGINT NOT NULL,
    completion_time BIGINT NOT NULL
);
CREATE INDEX job_time   ON job (kind, store_id, creation_time, id);
CREATE INDEX job_status ON job (kind, store_id, status, creation_time, id);
CREATE INDEX job_open   ON job (account, region, kind) WHERE status IN ('SUBMITTED', 'IN_PROGRESS', 'CANCELLING');

-- Items of jobs: NOT_STARTED -> IN_PROGRESS -> FINISHED | FAILED. A worker holds an item by the epoch it got with the lease: what it
-- writes counts only while the row has that epoch.
CREATE TABLE job_item (
    job_id          BIGINT NOT NULL REFERENCES job (id),
    ordinal         BIGINT NOT NULL, -- from 0, the order of the call
    kind            TEXT   NOT NULL, -- of the job
    status          TEXT   NOT NULL,
    status_message  TEXT   NOT NULL,
    request         TEXT   NOT NULL, -- JSON
    result_id       BIGINT NOT NULL, -- id of the read set or reference made
    epoch           BIGINT NOT NULL, -- leases given so far
    attempts        BIGINT NOT NULL, -- leases that were not handed back
    lease_owner     TEXT   NOT NULL, -- for people: host and process
    lease_until     BIGINT NOT NULL, -- a time; a lease past it is lost
    start_time      BIGINT NOT NULL,
    completion_time BIGINT NOT NULL,
    PRIMARY KEY (job_id, ordinal)
);
CREATE INDEX job_item_fresh  ON job_item (kind, job_id, ordinal) WHERE status = 'NOT_STARTED';
CREATE INDEX job_item_leased ON job_item (kind, lease_until, job_id, ordinal) WHERE status = 'IN_PROGRESS';

-- The outbox (monitoring-events-quotas.md §7): written with what it tells of, read in the order of seq.
CREATE TABLE event (
    seq         BIGINT NOT NULL PRIMARY KEY, -- from id_counter
    id          TEXT   NOT NULL, -- UUID version 4
    account     TEXT   NOT NULL,
    region      TEXT   NOT NULL,
    detail_type TEXT   NOT NULL, -- Read Set Status Change
    resources   TEXT   NOT NULL, -- JSON list of ARNs
    detail      TEXT   NOT NULL, -- JSON object
    event_time  BIGINT NOT NULL
);

-- How far each target has been told.
CREATE TABLE event_cursor (
    target TEXT   NOT NULL PRIMARY KEY,
    seq    BIGINT NOT NULL -- of the last event delivered
);
