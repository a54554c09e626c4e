CREATE TABLE calendar (address TEXT PRIMARY KEY, confirmed_at TEXT, paused_until TEXT);
CREATE TABLE block (
    calendar TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL
        CHECK (state IN ('creating', 'placed', 'removing', 'tombstone', 'gone')),
    start TEXT NOT NULL, end TEXT NOT NULL, generation INTEGER NOT NULL,
    ref_id TEXT, ref_etag TEXT, text_hash TEXT NOT NULL DEFAULT '', ended_by TEXT NOT NULL DEFAULT '',
    causes TEXT NOT NULL DEFAULT '[]', why TEXT NOT NULL DEFAULT '', tier TEXT NOT NULL DEFAULT '',
    zone TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (calendar, key)
);
CREATE TABLE week (
    calendar TEXT NOT NULL, week TEXT NOT NULL, level TEXT NOT NULL, causes TEXT NOT NULL,
    clear_in TEXT NOT NULL, not_clear_in TEXT NOT NULL,
    owed INTEGER NOT NULL, kept INTEGER NOT NULL, waived INTEGER NOT NULL,
    placed INTEGER NOT NULL DEFAULT 0, overrun INTEGER NOT NULL DEFAULT 0, moved TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (calendar, week)
);
CREATE TABLE skip (calendar TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (calendar, what));
CREATE TABLE busy (calendar TEXT NOT NULL, week TEXT NOT NULL, hours REAL NOT NULL, PRIMARY KEY (calendar, week));
CREATE TABLE fill (
    calendar TEXT NOT NULL, week TEXT NOT NULL, ahead INTEGER NOT NULL, hours REAL NOT NULL,
    PRIMARY KEY (calendar, week, ahead)
);
CREATE TABLE said (calendar TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (calendar, what));
CREATE TABLE run (
    id INTEGER PRIMARY KEY, calendar TEXT NOT NULL, command TEXT NOT NULL, started TEXT NOT NULL,
    finished TEXT, exit_code INTEGER, undone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE change (
    run INTEGER NOT NULL REFERENCES run (id), position INTEGER NOT NULL, action TEXT NOT NULL, key TEXT NOT NULL,
    before TEXT, after TEXT, state TEXT NOT NULL, error TEXT, PRIMARY KEY (run, position)
);
CREATE TABLE checkpoint (
    run INTEGER PRIMARY KEY REFERENCES run (id), before BLOB NOT NULL, after_digest TEXT NOT NULL
);
CREATE TABLE parked (
    id INTEGER PRIMARY KEY, text TEXT NOT NULL, asked_by TEXT NOT NULL, at TEXT NOT NULL, ended TEXT, how TEXT
);
INSERT INTO calendar VALUES('ics:/home/dana/link.ics','2026-11-01T06:30:00+00:00',NULL);
INSERT INTO calendar VALUES('ics:/home/dana/mail/../calendar.ics',NULL,'2026-12-31');
INSERT INTO calendar VALUES('ics:/home/dana/other.ics',NULL,NULL);
INSERT INTO block VALUES('ics:/home/dana/calendar.ics','strategic/2026-W45/1','strategic','placed','2026-11-09T08:00:00+00:00','2026-11-09T09:30:00+00:00',1,'strategic-2026-W45-1@blocker','etag','','','[]','','','Europe/Berlin');
INSERT INTO block VALUES('ics:/home/dana/calendar.ics','strategic/2026-W46/1','strategic','placed','2026-11-09T08:00:00+00:00','2026-11-09T09:30:00+00:00',1,'strategic-2026-W46-1@blocker','etag','','','[]','','','Europe/Berlin');
INSERT INTO block VALUES('ics:/home/dana/calendar.ics','strategic/2026-W47/1','strategic','gone','2026-11-09T08:00:00+00:00','2026-11-09T09:30:00+00:00',3,NULL,NULL,'','','[]','','','Europe/Berlin');
INSERT INTO block VALUES('ics:/home/dana/link.ics','strategic/2026-W46/1','strategic','tombstone','2026-11-09T08:00:00+00:00','2026-11-09T09:30:00+00:00',1,'strategic-2026-W46-1@blocker','etag','','deleted','[]','','','Europe/Berlin');
INSERT INTO block VALUES('ics:/home/dana/link.ics','strategic/2026-W47/1','strategic','gone','2026-11-09T08:00:00+00:00','2026-11-09T09:30:00+00:00',1,NULL,NULL,'','','[]','','','Europe/Berlin');
INSERT INTO block VALUES('ics:/home/dana/mail/../calendar.ics','strategic/2026-W46/1','strategic','placed','2026-11-09T08:00:00+00:00','2026-11-09T09:30:00+00:00',1,'strategic-2026-W46-1@blocker','etag','','','[]','','','Europe/Berlin');
INSERT INTO block VALUES('ics:/home/dana/mail/../calendar.ics','frontline/2026-W46/1','frontline','placed','2026-11-09T08:00:00+00:00','2026-11-09T09:30:00+00:00',1,'frontline-2026-W46-1@blocker','etag','','','[]','','','Europe/Berlin');
INSERT INTO block VALUES('ics:/home/dana/other.ics','strategic/2026-W46/1','strategic','placed','2026-11-09T08:00:00+00:00','2026-11-09T09:30:00+00:00',1,'strategic-2026-W46-1@blocker','etag','','','[]','','','Europe/Berlin');
INSERT INTO week VALUES('ics:/home/dana/calendar.ics','2026-W45','amber','[]','','',60,60,0,60,0,'');
INSERT INTO week VALUES('ics:/home/dana/calendar.ics','2026-W46','amber','[]','','',60,60,0,60,0,'');
INSERT INTO week VALUES('ics:/home/dana/link.ics','2026-W46','red','[]','','',60,60,0,60,0,'');
INSERT INTO skip VALUES('ics:/home/dana/calendar.ics','strategic/2026-W47/1');
INSERT INTO skip VALUES('ics:/home/dana/mail/../calendar.ics','learning/2026-W47/1');
INSERT INTO busy VALUES('ics:/home/dana/calendar.ics','2026-W46',2.0);
INSERT INTO busy VALUES('ics:/home/dana/link.ics','2026-W46',5.0);
INSERT INTO run VALUES(1,'ics:/home/dana/calendar.ics','run','2026-11-02T06:30:00+00:00','2026-11-02T06:30:01+00:00',0,0);
INSERT INTO run VALUES(2,'ics:/home/dana/mail/../calendar.ics','run','2026-11-03T06:30:00+00:00','2026-11-03T06:30:01+00:00',0,0);
INSERT INTO run VALUES(3,'ics:/home/dana/other.ics','run','2026-11-04T06:30:00+00:00','2026-11-04T06:30:01+00:00',0,0);
INSERT INTO run VALUES(4,'ics:/home/dana/link.ics','run','2026-11-05T06:30:00+00:00','2026-11-05T06:30:01+00:00',0,0);
INSERT INTO change VALUES(2,0,'create','frontline/2026-W46/1',NULL,NULL,'done',NULL);
PRAGMA user_version = 2;
