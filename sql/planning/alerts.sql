-- The alerts as of the end of a day: those of before, and what the rules find now, in the relation `findings`. Made again,
-- a day first forgets what it and later days said.
WITH before AS (
    SELECT
        *,
        CASE WHEN closed_on < %(as_of)s THEN closed_on END AS closed_before
    FROM analytics.alerts
    WHERE opened_on < %(as_of)s
),

told AS (
    SELECT
        before.alert_id,
        before.rule,
        before.subject_kind,
        before.subject_id,
        before.cause,
        coalesce(findings.level, before.level) AS level,
        before.first_level,
        CASE WHEN findings.level <> before.level THEN %(as_of)s ELSE least(before.level_since, %(as_of)s) END
            AS level_since,
        before.opened_on,
        CASE WHEN findings.rule IS NOT NULL THEN %(as_of)s ELSE least(before.seen_on, %(as_of)s::date - 1) END AS seen_on,
        CASE WHEN findings.rule IS NULL THEN %(as_of)s::date END AS closed_on,
        before.former_alert_id,
        coalesce(findings.value, before.value) AS value,
        coalesce(findings.threshold, before.threshold) AS threshold,
        coalesce(findings.details, before.details) AS details
    FROM before
    LEFT JOIN findings USING (rule, subject_kind, subject_id, cause)
    WHERE before.closed_before IS NULL
),

latest_closed AS (
    SELECT DISTINCT ON (rule, subject_kind, subject_id, cause) *
    FROM before
    WHERE closed_before IS NOT NULL
    ORDER BY rule, subject_kind, subject_id, cause, closed_before DESC
)

SELECT
    alert_id,
    rule,
    subject_kind,
    subject_id,
    cause,
    level,
    first_level,
    level_since,
    opened_on,
    seen_on,
    closed_before AS closed_on,
    former_alert_id,
    value,
    threshold,
    details
FROM before
WHERE closed_before IS NOT NULL
UNION ALL
SELECT * FROM told
UNION ALL
SELECT
    md5(concat_ws('|', findings.rule, findings.subject_kind, findings.subject_id, findings.cause, %(as_of)s::date))::uuid
        AS alert_id,
    findings.rule,
    findings.subject_kind,
    findings.subject_id,
    findings.cause,
    findings.level,
    findings.level AS first_level,
    %(as_of)s::date AS level_since,
    %(as_of)s::date AS opened_on,
    %(as_of)s::date AS seen_on,
    NULL AS closed_on,
    latest_closed.alert_id AS former_alert_id,
    findings.value,
    findings.threshold,
    findings.details
FROM findings
LEFT JOIN latest_closed USING (rule, subject_kind, subject_id, cause)
WHERE
    NOT EXISTS (
        SELECT
        FROM told
        WHERE
            told.closed_on IS NULL
            AND (told.rule, told.subject_kind, told.subject_id, told.cause)
            = (findings.rule, findings.subject_kind, findings.subject_id, findings.cause)
    )
