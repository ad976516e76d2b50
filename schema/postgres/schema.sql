-- The whole schema for PostgreSQL as it stands after the last migration.
-- Generated from the migrations by `plainbase migrate dump`: change it there, by a new one.
-- Load it into an empty schema, the first of the search path, by: psql -v ON_ERROR_STOP=1 -1 -f schema.sql
-- The database then counts as migrated: schema_migrations has its rows.
-- Rows that migrations insert are there too. Left out: all other rows; owners, privileges, roles, tablespaces, access
-- methods of tables, publications, subscriptions, user mappings, security labels, settings of the database.
-- What a function's body or a string says is left as it is, so a schema named there is still that one.

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET check_function_bodies = off;

CREATE FUNCTION audit_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    keys CONSTANT text[] := string_to_array(tg_argv[1], ' ');
    secret CONSTANT text[] := string_to_array(tg_argv[2], ' ');
    own CONSTANT text[] := string_to_array(tg_argv[3], ' ');
    left_out text[] := string_to_array(tg_argv[4], ' ');
    before jsonb;
    after jsonb;
    found_changes json;
    found_personal json;
BEGIN
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', tg_table_schema), true);
    IF tg_op <> 'INSERT' THEN
        before := to_jsonb(old);
    END IF;
    IF tg_op <> 'DELETE' THEN
        after := to_jsonb(new);
    END IF;
    IF tg_op = 'INSERT' THEN
        left_out := left_out || CAST('created_at' AS text);
    END IF;
    IF tg_op <> 'UPDATE' AND cardinality(keys) = 1 THEN
        left_out := left_out || keys;
    END IF;
    SELECT
        json_object_agg(c.field, c.change) FILTER (WHERE c.field <> ALL (own)),
        json_object_agg(c.field, c.change) FILTER (WHERE c.field = ANY (own))
    INTO found_changes, found_personal
    FROM (
        SELECT
            f.field,
            CASE
                WHEN f.field = ANY (secret) THEN json_build_object('changed', true)
                WHEN tg_op = 'INSERT' THEN json_build_object('after', audit_value(f.field, after -> f.field))
                WHEN tg_op = 'DELETE' THEN json_build_object('before', audit_value(f.field, before -> f.field))
                ELSE json_build_object(
                    'before', audit_value(f.field, before -> f.field), 'after', audit_value(f.field, after -> f.field)
                )
            END AS change
        FROM jsonb_object_keys(coalesce(after, before)) AS f (field)
        WHERE
            f.field <> ALL (left_out)
            AND (tg_op <> 'UPDATE' OR before -> f.field IS DISTINCT FROM after -> f.field)
    ) AS c;
    IF found_changes IS NULL AND found_personal IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes,
        personal
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        CASE tg_op WHEN 'INSERT' THEN 'create' WHEN 'UPDATE' THEN 'update' ELSE 'delete' END,
        tg_argv[0],
        (
            SELECT string_agg(coalesce(before, after) ->> k.field, '/' ORDER BY k.place)
            FROM unnest(keys) WITH ORDINALITY AS k (field, place)
        ),
        found_changes,
        found_personal
    FROM audit_actor AS a;
    RETURN NULL;
END;
$$;

CREATE FUNCTION audit_framed(field text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN (field IS NULL) THEN '-'::text ELSE ((octet_length(convert_to(field, 'UTF8'::name)) || ':'::text) || field) END;

CREATE FUNCTION audit_value(field text, value jsonb) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN ((field ~~ '%\_at'::text) AND (jsonb_typeof(value) = 'string'::text)) THEN to_jsonb(to_char((((value #>> '{}'::text[]))::timestamp with time zone AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'::text)) ELSE value END;

CREATE FUNCTION check_audit_erasure() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    about CONSTANT uuid := CASE
        WHEN new.entity_type = 'users' AND new.entity_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            THEN CAST(new.entity_id AS uuid)
    END;
BEGIN
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', tg_table_schema), true);
    IF (
        (old.actor_salt IS NULL OR new.actor_salt IS NOT NULL)
        OR EXISTS (
            SELECT FROM erasures
            WHERE
                subject_id = CASE
                    WHEN new.actor_id IS NOT NULL THEN new.actor_id
                    WHEN old.actor IN ('anonymous', 'database') OR old.actor LIKE 'database:%' THEN about
                END
        )
    ) AND (
        (old.personal_salt IS NULL OR new.personal_salt IS NOT NULL)
        OR EXISTS (SELECT FROM erasures WHERE subject_id = about)
    ) THEN
        RETURN new;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        MESSAGE = format('a change of relation %I violates check constraint %I', tg_table_name, tg_name),
        HINT = 'Record the erasure first, in the table erasures.',
        SCHEMA = tg_table_schema,
        TABLE = tg_table_name,
        CONSTRAINT = tg_name;
END;
$_$;

CREATE FUNCTION checkpoints_move_best() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', tg_table_schema), true);
    -- One mark of a run at a time. It is a write, not a lock, so that a transaction whose snapshot is older than the
    -- last mark meets a conflict, which can be retried, and not the unique index.
    UPDATE training_runs
    SET updated_at = updated_at
    WHERE id = new.run_id;
    UPDATE checkpoints
    SET
        is_best = false,
        updated_at = new.updated_at
    WHERE
        run_id = new.run_id
        AND is_best
        AND id <> new.id;
    RETURN new;
END;
$$;

CREATE FUNCTION corpus_fold(word text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN ((word COLLATE "C") !~ ('[\u00b5\u00c0-\u00de\u0100-\u024e\u0345-\u042f\u0460-\u0556\u10a0-\u10cd\u1e00-\u2183\u2c00-\u2cf2'::text || '\ua640-\ua7aa\uff21-\U00010427]'::text)) THEN lower((word COLLATE "C")) WHEN ((word COLLATE "C") !~ ('[\u00b5\u0100-\u024e\u0345-\u040f\u0460-\u0556\u10a0-\u10cd\u1e00-\u2183\u2c00-\u2cf2\ua640-\ua7aa'::text || '\uff21-\U00010427]'::text)) THEN translate(lower((word COLLATE "C")), 'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ'::text, 'àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþабвгдежзийклмнопрстуфхцчшщъыьэюя'::text) ELSE translate(lower((word COLLATE "C")), ((((((((((('ͅ'::text || 'µÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮĲĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽſƁƂƄƆƇƉ'::text) || 'ƊƋƎƏƐƑƓƔƖƗƘƜƝƟƠƢƤƦƧƩƬƮƯƱƲƳƵƷƸƼǄǅǇǈǊǋǍǏǑǓǕǗǙǛǞǠǢǤǦǨǪǬǮǱǲǴǶǷǸǺǼǾȀȂȄȆȈȊȌȎȐȒȔȖȘȚȜȞȠȢȤȦȨȪȬȮȰȲȺȻȽȾɁɃɄɅɆɈɊɌ'::text) || 'ɎͰͲͶΆΈΉΊΌΎΏΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫςϏϐϑϕϖϘϚϜϞϠϢϤϦϨϪϬϮϰϱϴϵϷϹϺϽϾϿЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТ'::text) || 'УФХЦЧШЩЪЫЬЭЮЯѠѢѤѦѨѪѬѮѰѲѴѶѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӁӃӅӇӉӋӍӐӒӔӖӘӚӜӞӠӢӤӦӨӪӬӮӰӲӴӶӸӺӼӾԀԂԄԆԈԊԌԎԐԒԔ'::text) || 'ԖԘԚԜԞԠԢԤԦԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖႠႡႢႣႤႥႦႧႨႩႪႫႬႭႮႯႰႱႲႳႴႵႶႷႸႹႺႻႼႽႾႿჀჁჂჃჄჅჇჍḀḂḄḆḈḊḌḎḐḒḔḖḘ'::text) || 'ḚḜḞḠḢḤḦḨḪḬḮḰḲḴḶḸḺḼḾṀṂṄṆṈṊṌṎṐṒṔṖṘṚṜṞṠṢṤṦṨṪṬṮṰṲṴṶṸṺṼṾẀẂẄẆẈẊẌẎẐẒẔẛẞẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦ'::text) || 'ỨỪỬỮỰỲỴỶỸỺỼỾἈἉἊἋἌἍἎἏἘἙἚἛἜἝἨἩἪἫἬἭἮἯἸἹἺἻἼἽἾἿὈὉὊὋὌὍὙὛὝὟὨὩὪὫὬὭὮὯᾈᾉᾊᾋᾌᾍᾎᾏᾘᾙᾚᾛᾜᾝᾞᾟᾨᾩᾪᾫᾬᾭᾮᾯᾸᾹᾺΆᾼιῈΈῊΉῌῘῙῚΊῨ'::text) || 'ῩῪΎῬῸΌῺΏῼΩKÅℲⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫⅬⅭⅮⅯↃⰀⰁⰂⰃⰄⰅⰆⰇⰈⰉⰊⰋⰌⰍⰎⰏⰐⰑⰒⰓⰔⰕⰖⰗⰘⰙⰚⰛⰜⰝⰞⰟⰠⰡⰢⰣⰤⰥⰦⰧⰨⰩⰪⰫⰬⰭⰮⱠⱢⱣⱤⱧⱩⱫⱭⱮⱯⱰⱲⱵⱾⱿⲀⲂⲄⲆⲈⲊⲌⲎ'::text) || 'ⲐⲒⲔⲖⲘⲚⲜⲞⲠⲢⲤⲦⲨⲪⲬⲮⲰⲲⲴⲶⲸⲺⲼⲾⳀⳂⳄⳆⳈⳊⳌⳎⳐⳒⳔⳖⳘⳚⳜⳞⳠⳢⳫⳭⳲꙀꙂꙄꙆꙈꙊꙌꙎꙐꙒꙔꙖꙘꙚꙜꙞꙠꙢꙤꙦꙨꙪꙬꚀꚂꚄꚆꚈꚊꚌꚎꚐꚒꚔꚖꜢꜤꜦꜨꜪꜬꜮꜲꜴꜶꜸꜺꜼꜾꝀꝂꝄꝆꝈꝊ'::text) || 'ꝌꝎꝐꝒꝔꝖꝘꝚꝜꝞꝠꝢꝤꝦꝨꝪꝬꝮꝹꝻꝽꝾꞀꞂꞄꞆꞋꞍꞐꞒꞠꞢꞤꞦꞨꞪＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ𐐀𐐁𐐂𐐃𐐄𐐅𐐆𐐇𐐈𐐉𐐊𐐋𐐌𐐍𐐎𐐏𐐐𐐑𐐒𐐓𐐔𐐕𐐖𐐗𐐘𐐙𐐚𐐛𐐜𐐝𐐞𐐟𐐠𐐡𐐢𐐣𐐤𐐥'::text) || '𐐦𐐧'::text), ((((((((((('ι'::text || 'μàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįĳĵķĺļľŀłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷÿźżžsɓƃƅɔƈɖ'::text) || 'ɗƌǝəɛƒɠɣɩɨƙɯɲɵơƣƥʀƨʃƭʈưʊʋƴƶʒƹƽǆǆǉǉǌǌǎǐǒǔǖǘǚǜǟǡǣǥǧǩǫǭǯǳǳǵƕƿǹǻǽǿȁȃȅȇȉȋȍȏȑȓȕȗșțȝȟƞȣȥȧȩȫȭȯȱȳⱥȼƚⱦɂƀʉʌɇɉɋɍ'::text) || 'ɏͱͳͷάέήίόύώαβγδεζηθικλμνξοπρστυφχψωϊϋσϗβθφπϙϛϝϟϡϣϥϧϩϫϭϯκρθεϸϲϻͻͼͽѐёђѓєѕіїјљњћќѝўџабвгдежзийклмнопрст'::text) || 'уфхцчшщъыьэюяѡѣѥѧѩѫѭѯѱѳѵѷѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӂӄӆӈӊӌӎӑӓӕӗәӛӝӟӡӣӥӧөӫӭӯӱӳӵӷӹӻӽӿԁԃԅԇԉԋԍԏԑԓԕ'::text) || 'ԗԙԛԝԟԡԣԥԧաբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆⴀⴁⴂⴃⴄⴅⴆⴇⴈⴉⴊⴋⴌⴍⴎⴏⴐⴑⴒⴓⴔⴕⴖⴗⴘⴙⴚⴛⴜⴝⴞⴟⴠⴡⴢⴣⴤⴥⴧⴭḁḃḅḇḉḋḍḏḑḓḕḗḙ'::text) || 'ḛḝḟḡḣḥḧḩḫḭḯḱḳḵḷḹḻḽḿṁṃṅṇṉṋṍṏṑṓṕṗṙṛṝṟṡṣṥṧṩṫṭṯṱṳṵṷṹṻṽṿẁẃẅẇẉẋẍẏẑẓẕṡßạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủ'::text) || 'ứừửữựỳỵỷỹỻỽỿἀἁἂἃἄἅἆἇἐἑἒἓἔἕἠἡἢἣἤἥἦἧἰἱἲἳἴἵἶἷὀὁὂὃὄὅὑὓὕὗὠὡὢὣὤὥὦὧᾀᾁᾂᾃᾄᾅᾆᾇᾐᾑᾒᾓᾔᾕᾖᾗᾠᾡᾢᾣᾤᾥᾦᾧᾰᾱὰάᾳιὲέὴήῃῐῑὶίῠ'::text) || 'ῡὺύῥὸόὼώῳωkåⅎⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻⅼⅽⅾⅿↄⰰⰱⰲⰳⰴⰵⰶⰷⰸⰹⰺⰻⰼⰽⰾⰿⱀⱁⱂⱃⱄⱅⱆⱇⱈⱉⱊⱋⱌⱍⱎⱏⱐⱑⱒⱓⱔⱕⱖⱗⱘⱙⱚⱛⱜⱝⱞⱡɫᵽɽⱨⱪⱬɑɱɐɒⱳⱶȿɀⲁⲃⲅⲇⲉⲋⲍⲏ'::text) || 'ⲑⲓⲕⲗⲙⲛⲝⲟⲡⲣⲥⲧⲩⲫⲭⲯⲱⲳⲵⲷⲹⲻⲽⲿⳁⳃⳅⳇⳉⳋⳍⳏⳑⳓⳕⳗⳙⳛⳝⳟⳡⳣⳬⳮⳳꙁꙃꙅꙇꙉꙋꙍꙏꙑꙓꙕꙗꙙꙛꙝꙟꙡꙣꙥꙧꙩꙫꙭꚁꚃꚅꚇꚉꚋꚍꚏꚑꚓꚕꚗꜣꜥꜧꜩꜫꜭꜯꜳꜵꜷꜹꜻꜽꜿꝁꝃꝅꝇꝉꝋ'::text) || 'ꝍꝏꝑꝓꝕꝗꝙꝛꝝꝟꝡꝣꝥꝧꝩꝫꝭꝯꝺꝼᵹꝿꞁꞃꞅꞇꞌɥꞑꞓꞡꞣꞥꞧꞩɦａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ𐐨𐐩𐐪𐐫𐐬𐐭𐐮𐐯𐐰𐐱𐐲𐐳𐐴𐐵𐐶𐐷𐐸𐐹𐐺𐐻𐐼𐐽𐐾𐐿𐑀𐑁𐑂𐑃𐑄𐑅𐑆𐑇𐑈𐑉𐑊𐑋𐑌𐑍'::text) || '𐑎𐑏'::text)) END;

CREATE FUNCTION corpus_is_plain(words text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((words COLLATE "C") !~ ((('(log|bl)([iy]s?|ies|[iy](ed|ing)s?)(?![0-9a-z])'::text || '|(cc|hh|jj|kk|qq|vv|ww|xx|yy|[0-9][0-9])(ed|ing)'::text) || '|(?<![0-9a-z])((ies|sses|eeds?|[0-9]s)(?![0-9a-z])|[0-9]+e[0-9]+[a-z])'::text) || '|[^\x01-\x7f\u00a0\u2013\u2014\u2018\u2019\u201c\u201d\u2026]'::text)) AND ((words COLLATE "C") !~ '[0-9a-z]{65}'::text));

CREATE TEXT SEARCH DICTIONARY corpus_porter (
    TEMPLATE = snowball,
    language = 'porter' );

CREATE TEXT SEARCH CONFIGURATION corpus_plain (
    PARSER = "default" );

ALTER TEXT SEARCH CONFIGURATION corpus_plain
    ADD MAPPING FOR asciiword WITH corpus_porter;

ALTER TEXT SEARCH CONFIGURATION corpus_plain
    ADD MAPPING FOR numword WITH corpus_porter;

ALTER TEXT SEARCH CONFIGURATION corpus_plain
    ADD MAPPING FOR sfloat WITH corpus_porter;

ALTER TEXT SEARCH CONFIGURATION corpus_plain
    ADD MAPPING FOR hword_asciipart WITH simple;

ALTER TEXT SEARCH CONFIGURATION corpus_plain
    ADD MAPPING FOR uint WITH corpus_porter;

ALTER TEXT SEARCH CONFIGURATION corpus_plain
    ADD MAPPING FOR entity WITH simple;

CREATE FUNCTION corpus_plain_words(words text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_tsvector('corpus_plain'::regconfig, regexp_replace((words COLLATE "C"), '\m([a-z]?s|[aeiouy]y)\M'::text, 'a0-\1'::text, 'g'::text));

CREATE FUNCTION corpus_stem_ascii(word text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN ((word COLLATE "C") !~ '(log|bl)([iy]s?|ies|[iy](ed|ing)s?)$|([chjkqvwxy0-9])\4(ed|ing)s?$'::text) THEN (ts_lexize('corpus_porter'::regdictionary, word))[1] WHEN ((word COLLATE "C") ~ '([aeiou]|.y).*([chjkqvwxy0-9])\2(ed|ing)s?$|yy(ed|ing)s?$'::text) THEN (ts_lexize('corpus_porter'::regdictionary, regexp_replace((word COLLATE "C"), '(.)\1(ed|ing)s?$'::text, '\1'::text)))[1] WHEN ((word COLLATE "C") ~ '([aeiou]|[^aeiou]y)[^aeiou].*(log|bl)([iy]s?|ies|[iy](ed|ing)s?)$'::text) THEN (ts_lexize('corpus_porter'::regdictionary, regexp_replace(regexp_replace((word COLLATE "C"), '(log|bl)([iy]s?|ies|[iy](ed|ing)s?)$'::text, '\1'::text), 'bl$'::text, 'ble'::text)))[1] ELSE (ts_lexize('corpus_porter'::regdictionary, word))[1] END;

CREATE FUNCTION corpus_stem(word text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN ((octet_length(word) < 3) OR (octet_length(word) > 64)) THEN word WHEN (word = ANY (ARRAY['ies'::text, 'sses'::text])) THEN "left"(word, '-1'::integer) WHEN (word = ANY (ARRAY['eed'::text, 'eeds'::text])) THEN 'e'::text WHEN ((word COLLATE "C") ~ '[^\x01-\x7f]$'::text) THEN word WHEN ((word COLLATE "C") ~ '[^\x01-\x7f]'::text) THEN ("substring"((word COLLATE "C"), '^.*[^\x01-\x7f]'::text) || substr(corpus_stem_ascii(regexp_replace((word COLLATE "C"), '[^\x01-\x7f]'::text, 'zz'::text, 'g'::text)), (length(regexp_replace(("substring"((word COLLATE "C"), '^.*[^\x01-\x7f]'::text) COLLATE "C"), '[^\x01-\x7f]'::text, 'zz'::text, 'g'::text)) + 1))) ELSE corpus_stem_ascii(word) END;

CREATE FUNCTION corpus_word_pattern() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((((((((((((((((((((((((((((((((((((((((((('['::text || '0-9A-Za-z\u00aa\u00b2\u00b3\u00b5\u00b9\u00ba\u00bc-\u00be\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02c1'::text) || '\u02c6-\u02d1\u02e0-\u02e4\u02ec\u02ee\u0300-\u0374\u0376-\u037d\u037f-\u0383\u0386\u0388-\u03f5'::text) || '\u03f7-\u0481\u0483-\u0559\u0560-\u0588\u058b-\u058e\u0590-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5'::text) || '\u05c7-\u05f2\u05f5-\u05ff\u0605\u0610-\u061a\u061c\u061d\u0620-\u0669\u066e-\u06d3\u06d5-\u06dc'::text) || '\u06df-\u06e8\u06ea-\u06fc\u06ff\u070e\u0710-\u07f5\u07fa-\u082f\u083f-\u085d\u085f-\u0963'::text) || '\u0966-\u096f\u0971-\u09f1\u09f4-\u09f9\u09fc-\u0aef\u0af2-\u0b6f\u0b71-\u0bf2\u0bfb-\u0c7e'::text) || '\u0c80-\u0d78\u0d7a-\u0df3\u0df5-\u0e3e\u0e40-\u0e4e\u0e50-\u0e59\u0e5c-\u0f00\u0f18\u0f19'::text) || '\u0f20-\u0f33\u0f35\u0f37\u0f39\u0f3e-\u0f84\u0f86-\u0fbd\u0fc6\u0fcd\u0fdb-\u1049\u1050-\u109d'::text) || '\u10a0-\u10fa\u10fc-\u135f\u1369-\u138f\u139a-\u13ff\u1401-\u166c\u166f-\u167f\u1681-\u169a'::text) || '\u169d-\u16ea\u16ee-\u1734\u1737-\u17d3\u17d7\u17dc-\u17ff\u180b-\u180d\u180f-\u193f\u1941-\u1943'::text) || '\u1946-\u19dd\u1a00-\u1a1d\u1a20-\u1a9f\u1aa7\u1aae-\u1b59\u1b6b-\u1b73\u1b7d-\u1bfb\u1c00-\u1c3a'::text) || '\u1c40-\u1c7d\u1c80-\u1cbf\u1cc8-\u1cd2\u1cd4-\u1fbc\u1fbe\u1fc2-\u1fcc\u1fd0-\u1fdc\u1fe0-\u1fec'::text) || '\u1ff0-\u1ffc\u1fff\u2065-\u2069\u2070-\u2079\u207f-\u2089\u208f-\u209f\u20ba-\u20ff\u2102\u2107'::text) || '\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2139\u213c-\u213f'::text) || '\u2145-\u2149\u214e\u2150-\u218f\u23f4-\u23ff\u2427-\u243f\u244b-\u249b\u24ea-\u24ff\u2700'::text) || '\u2776-\u2793\u2b4d-\u2b4f\u2b5a-\u2ce4\u2ceb-\u2cf8\u2cfd\u2d00-\u2d6f\u2d71-\u2dff\u2e2f'::text) || '\u2e3c-\u2e7f\u2e9a\u2ef4-\u2eff\u2fd6-\u2fef\u2ffc-\u2fff\u3005-\u3007\u3021-\u302f\u3031-\u3035'::text) || '\u3038-\u303c\u3040-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u318f\u3192-\u3195\u31a0-\u31bf'::text) || '\u31e4-\u31ff\u321f-\u3229\u3248-\u324f\u3251-\u325f\u3280-\u3289\u32b1-\u32bf\u32ff\u3400-\u4dbf'::text) || '\u4e00-\ua48f\ua4c7-\ua4fd\ua500-\ua60c\ua610-\ua672\ua674-\ua67d\ua67f-\ua6f1\ua6f8-\ua6ff'::text) || '\ua717-\ua71f\ua722-\ua788\ua78b-\ua827\ua82c-\ua835\ua83a-\ua873\ua878-\ua8cd\ua8d0-\ua8f7'::text) || '\ua8fb-\ua92d\ua930-\ua95e\ua960-\ua9c0\ua9ce-\ua9dd\ua9e0-\uaa5b\uaa60-\uaa76\uaa7a-\uaadd'::text) || '\uaae0-\uaaef\uaaf2-\uabea\uabec-\ud7ff\ue001-\uf8fe\uf900-\ufb28\ufb2a-\ufbb1\ufbc2-\ufd3d'::text) || '\ufd40-\ufdfb\ufdfe-\ufe0f\ufe1a-\ufe2f\ufe53\ufe67\ufe6c-\ufefe\uff00\uff10-\uff19\uff21-\uff3a'::text) || '\uff41-\uff5a\uff66-\uffdf\uffe7\uffef-\ufff8\U00010000-\U000100ff\U00010103-\U00010136'::text) || '\U00010140-\U00010178\U0001018a-\U0001018f\U0001019c-\U000101cf\U000101fd-\U0001039e'::text) || '\U000103a0-\U000103cf\U000103d1-\U00010856\U00010858-\U0001091e\U00010920-\U0001093e'::text) || '\U00010940-\U00010a4f\U00010a59-\U00010a7e\U00010a80-\U00010b38\U00010b40-\U00011046'::text) || '\U0001104e-\U000110ba\U000110c2-\U0001113f\U00011144-\U000111c4\U000111c9-\U0001246f'::text) || '\U00012474-\U0001cfff\U0001d0f6-\U0001d0ff\U0001d127\U0001d128\U0001d165-\U0001d169'::text) || '\U0001d16d-\U0001d172\U0001d17b-\U0001d182\U0001d185-\U0001d18b\U0001d1aa-\U0001d1ad'::text) || '\U0001d1de-\U0001d1ff\U0001d242-\U0001d244\U0001d246-\U0001d2ff\U0001d357-\U0001d6c0'::text) || '\U0001d6c2-\U0001d6da\U0001d6dc-\U0001d6fa\U0001d6fc-\U0001d714\U0001d716-\U0001d734'::text) || '\U0001d736-\U0001d74e\U0001d750-\U0001d76e\U0001d770-\U0001d788\U0001d78a-\U0001d7a8'::text) || '\U0001d7aa-\U0001d7c2\U0001d7c4-\U0001eeef\U0001eef2-\U0001efff\U0001f02c-\U0001f02f'::text) || '\U0001f094-\U0001f09f\U0001f0af\U0001f0b0\U0001f0bf\U0001f0c0\U0001f0d0\U0001f0e0-\U0001f10f'::text) || '\U0001f12f\U0001f16c-\U0001f16f\U0001f19b-\U0001f1e5\U0001f203-\U0001f20f\U0001f23b-\U0001f23f'::text) || '\U0001f249-\U0001f24f\U0001f252-\U0001f2ff\U0001f321-\U0001f32f\U0001f336\U0001f37d-\U0001f37f'::text) || '\U0001f394-\U0001f39f\U0001f3c5\U0001f3cb-\U0001f3df\U0001f3f1-\U0001f3ff\U0001f43f\U0001f441'::text) || '\U0001f4f8\U0001f4fd-\U0001f4ff\U0001f53e\U0001f53f\U0001f544-\U0001f54f\U0001f568-\U0001f5fa'::text) || '\U0001f641-\U0001f644\U0001f650-\U0001f67f\U0001f6c6-\U0001f6ff\U0001f774-\U000e0000'::text) || '\U000e0002-\U000e001f\U000e0080-\U000effff\U000f0001-\U000ffffc\U000ffffe-\U0010ffff'::text) || ']+'::text);

CREATE FUNCTION corpus_other_words(content text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (WITH spaced AS MATERIALIZED (SELECT btrim(regexp_replace(lower((corpus_other_words.content COLLATE "C")), ('[^'::text || substr(corpus_word_pattern(), 2)), ' '::text, 'g'::text)) AS words), half_masked AS MATERIALIZED (SELECT spaced.words, regexp_replace((spaced.words COLLATE "C"), '[^ ]*[^\x01-\x7f][^ ]*'::text, '&x;'::text, 'g'::text) AS plain FROM spaced), masked AS MATERIALIZED (SELECT half_masked.words, CASE WHEN corpus_is_plain(half_masked.plain) THEN half_masked.plain ELSE regexp_replace((half_masked.plain COLLATE "C"), ((((('[0-9a-z]*(?:'::text || '(?:log|bl)(?:[iy]s?|ies|[iy](?:ed|ing)s?)(?![0-9a-z])'::text) || '|(?:cc|hh|jj|kk|qq|vv|ww|xx|yy|[0-9][0-9])(?:ed|ing)'::text) || '|(?<![0-9a-z])(?:(?:ies|sses|eeds?|[0-9]s)(?![0-9a-z])|[0-9]+e[0-9]+[a-z])'::text) || '|[0-9a-z]{65}'::text) || ')[0-9a-z]*'::text), '&x;'::text, 'g'::text) END AS plain FROM half_masked), folded AS MATERIALIZED (SELECT corpus_fold("left"(w.word, 400)) AS word, w.place FROM (masked CROSS JOIN LATERAL ROWS FROM(string_to_table(masked.words, ' '::text), string_to_table(masked.plain, ' '::text)) WITH ORDINALITY w(word, plain, place)) WHERE (w.plain = '&x;'::text)) SELECT ((((ts_delete(corpus_plain_words((SELECT masked.plain FROM masked)), '&x;'::text))::text || ' '::text) || COALESCE(string_agg(((corpus_stem(folded.word) || ':'::text) || (folded.place)::text), ' '::text), ''::text)))::tsvector AS tsvector FROM folded);

CREATE FUNCTION corpus_plain_text(content text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(lower((content COLLATE "C")), '.'::text, ' '::text), '-'::text, ' '::text), '_'::text, ' '::text), ':'::text, ' '::text), '/'::text, ' '::text), '@'::text, ' '::text), '&'::text, ' '::text), '<'::text, ' '::text), '+'::text, ' '::text), '~'::text, ' '::text), chr(160), ' '::text), '–'::text, ' '::text), '—'::text, ' '::text), '‘'::text, ' '::text), '’'::text, ' '::text), '“'::text, ' '::text), '”'::text, ' '::text), '…'::text, ' '::text);

CREATE FUNCTION corpus_content_words(content text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN corpus_is_plain(lower((content COLLATE "C"))) THEN corpus_plain_words(corpus_plain_text(content)) ELSE corpus_other_words(content) END;

CREATE FUNCTION corpus_cut(content text) RETURNS TABLE(place bigint, passage text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH cuts AS (
          SELECT (((((' '::text || chr(9)) || chr(10)) || chr(13)) || chr(12290)) || chr(65292)) AS characters
         ), blocks AS MATERIALIZED (
          SELECT b.block,
                 CASE
                     WHEN (b.block = 0) THEN 0
                     ELSE 300
                 END AS lead,
             (length(corpus_cut.content) - (64000 * b.block)) AS rest,
             substr(corpus_cut.content, (GREATEST(((64000 * b.block) - 300), 0) + 1), (64000 +
                 CASE
                     WHEN (b.block = 0) THEN 0
                     ELSE 300
                 END)) AS content
            FROM generate_series(0, ((length(corpus_cut.content) - 1) / 64000)) b(block)
         ), places AS MATERIALIZED (
          SELECT blocks.content,
             (((64 * blocks.block) + p.place))::bigint AS "position",
             (((1000 * p.place) - 100) + blocks.lead) AS begins,
             (((1000 * p.place) + 1000) + blocks.lead) AS ends,
             ((1000 * (p.place + 1)) >= blocks.rest) AS is_last,
             substr(blocks.content, (GREATEST((((1000 * p.place) - 300) + blocks.lead), 0) + 1), 200) AS before_begin,
             substr(blocks.content, ((((1000 * p.place) + 800) + blocks.lead) + 1), 200) AS before_end
            FROM (blocks
              CROSS JOIN LATERAL generate_series(0, LEAST(((blocks.rest - 1) / 1000), 63)) p(place))
         ), bounds AS (
          SELECT places.content,
             places."position",
                 CASE
                     WHEN (places."position" = 0) THEN 0
                     ELSE (places.begins - COALESCE((200 - NULLIF(length(rtrim(places.before_begin, translate(places.before_begin, cuts.characters, ''::text))), 0)), 0))
                 END AS start,
                 CASE
                     WHEN places.is_last THEN length(places.content)
                     ELSE (places.ends - COALESCE((200 - NULLIF(length(rtrim(places.before_end, translate(places.before_end, cuts.characters, ''::text))), 0)), 0))
                 END AS stop
            FROM (places
              CROSS JOIN cuts)
         )
  SELECT bounds."position",
     substr(bounds.content, (bounds.start + 1), (bounds.stop - bounds.start)) AS passage
    FROM bounds;
END;

CREATE FUNCTION corpus_texts_cut() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', tg_table_schema), true);
    DELETE FROM corpus_passages
    WHERE corpus_text_id = new.id;
    INSERT INTO corpus_passages (corpus_text_id, position, title, content)
    SELECT corpus_text_id, position, title, content
    FROM corpus_passage_cuts
    WHERE corpus_text_id = new.id
    ORDER BY position;
    RETURN null;
END;
$$;

CREATE FUNCTION corpus_word_count(title text, content text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (COALESCE(regexp_count((title COLLATE "C"), corpus_word_pattern()), 0) + regexp_count((content COLLATE "C"), corpus_word_pattern()));

CREATE FUNCTION corpus_words(title text, content text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ts_delete((CASE WHEN (title IS NULL) THEN ''' '':1000'::tsvector ELSE (((corpus_content_words(title))::text || ' '' '':1000'::text))::tsvector END || corpus_content_words(COALESCE(content, ''::text))), ' '::text);

CREATE TABLE audit_logs (
    id bigint NOT NULL,
    "position" bigint,
    actor_id uuid,
    actor text COLLATE "C",
    ip_address text COLLATE "C",
    user_agent text,
    actor_salt bytea DEFAULT uuid_send(gen_random_uuid()),
    actor_digest bytea,
    action text NOT NULL COLLATE "C",
    entity_type text NOT NULL COLLATE "C",
    entity_id text COLLATE "C",
    changes json,
    personal json,
    personal_salt bytea DEFAULT uuid_send(gen_random_uuid()),
    personal_digest bytea,
    previous_hash bytea,
    hash bytea,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT audit_logs_action_check CHECK (((length(action) >= 1) AND (length(action) <= 100))),
    CONSTRAINT audit_logs_actor_digest_check CHECK ((length(actor_digest) = 32)),
    CONSTRAINT audit_logs_actor_salt_check CHECK ((length(actor_salt) = 16)),
    CONSTRAINT audit_logs_entity_type_length_check CHECK (((length(entity_type) >= 1) AND (length(entity_type) <= 100))),
    CONSTRAINT audit_logs_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT audit_logs_personal_digest_check CHECK ((length(personal_digest) = 32)),
    CONSTRAINT audit_logs_personal_salt_check CHECK ((length(personal_salt) = 16)),
    CONSTRAINT audit_logs_position_check CHECK (("position" > 0)),
    CONSTRAINT audit_logs_previous_hash_check CHECK ((length(previous_hash) = 32)),
    CONSTRAINT audit_logs_salted_check CHECK ((((actor_salt IS NOT NULL) OR ((actor IS NULL) AND (ip_address IS NULL) AND (user_agent IS NULL))) AND ((personal_salt IS NOT NULL) OR (personal IS NULL)))),
    CONSTRAINT audit_logs_sealed_check CHECK (((("position" IS NULL) = (hash IS NULL)) AND (("position" IS NULL) = (previous_hash IS NULL)) AND (("position" IS NULL) = (actor_digest IS NULL)) AND (("position" IS NOT NULL) OR (personal_digest IS NULL))))
);

COMMENT ON TABLE audit_logs IS 'Who did what to which entity, and what changed; rows are added and never changed.';

CREATE FUNCTION erase_audit_logs(subject_id uuid) RETURNS SETOF bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 UPDATE audit_logs a SET actor =
         CASE
             WHEN e.acted THEN NULL::text
             ELSE a.actor
         END, ip_address =
         CASE
             WHEN e.acted THEN NULL::text
             ELSE a.ip_address
         END, user_agent =
         CASE
             WHEN e.acted THEN NULL::text
             ELSE a.user_agent
         END, actor_salt =
         CASE
             WHEN e.acted THEN NULL::bytea
             ELSE a.actor_salt
         END, personal =
         CASE
             WHEN e.about THEN NULL::json
             ELSE a.personal
         END, personal_salt =
         CASE
             WHEN e.about THEN NULL::bytea
             ELSE a.personal_salt
         END
    FROM ( SELECT l.id,
             ((l.actor_salt IS NOT NULL) AND COALESCE((l.actor_id = erase_audit_logs.subject_id), ((l.entity_type = 'users'::text) AND (l.entity_id = (erase_audit_logs.subject_id)::text) AND ((l.actor = ANY (ARRAY['anonymous'::text, 'database'::text])) OR (l.actor ~~ 'database:%'::text)) AND ((l.ip_address IS NOT NULL) OR (l.user_agent IS NOT NULL))))) AS acted,
             ((l.personal IS NOT NULL) AND (l.entity_type = 'users'::text) AND (l.entity_id = (erase_audit_logs.subject_id)::text)) AS about
            FROM audit_logs l
           WHERE ((l.actor_id = erase_audit_logs.subject_id) OR ((l.entity_type = 'users'::text) AND (l.entity_id = (erase_audit_logs.subject_id)::text)))) e
   WHERE ((a.id = e.id) AND (e.acted OR e.about))
   RETURNING a.id;
END;

CREATE FUNCTION evaluation_marks(words tsvector) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (words = ''::tsvector) THEN words ELSE ((array_to_string(tsvector_to_array(words), ':2 '::text) || ':2'::text))::tsvector END;

CREATE FUNCTION evaluation_words(input text, output text, human_feedback text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (WITH parts AS MATERIALIZED (SELECT corpus_content_words("left"(evaluation_words.input, 50000)) AS input_words, corpus_content_words("left"(evaluation_words.output, 50000)) AS output_words, CASE WHEN (evaluation_words.human_feedback IS NULL) THEN ''::tsvector ELSE corpus_content_words("left"(evaluation_words.human_feedback, 50000)) END AS feedback_words) SELECT ts_delete(((((((CASE WHEN (((length(evaluation_words.input) + length(evaluation_words.output)) + COALESCE(length(evaluation_words.human_feedback), 0)) <= 500) THEN ''::tsvector ELSE ((setweight(evaluation_marks(p.input_words), 'A'::"char") || setweight(evaluation_marks(p.output_words), 'B'::"char")) || setweight(evaluation_marks(p.feedback_words), 'C'::"char")) END || ''' '':1000'::tsvector) || setweight(p.input_words, 'A'::"char")) || ''' '':1000'::tsvector) || setweight(p.output_words, 'B'::"char")) || ''' '':1000'::tsvector) || setweight(p.feedback_words, 'C'::"char")), ' '::text) AS ts_delete FROM parts p);

CREATE TABLE team_members (
    team_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text DEFAULT 'member'::text NOT NULL COLLATE "C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT team_members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'member'::text])))
);

COMMENT ON TABLE team_members IS 'Which users belong to which teams.';

CREATE TABLE teams (
    id uuid NOT NULL,
    name text NOT NULL COLLATE "C",
    description text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT teams_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255)))
);

COMMENT ON TABLE teams IS 'Teams: who owns datasets, models, experiments, runs, benchmarks and evaluations together.';

CREATE TABLE users (
    id uuid NOT NULL,
    email text NOT NULL COLLATE "C",
    username text NOT NULL COLLATE "C",
    folded_username text COLLATE "C",
    password_hash text,
    role text DEFAULT 'user'::text NOT NULL COLLATE "C",
    preferences jsonb DEFAULT '{}'::jsonb NOT NULL,
    active boolean DEFAULT true NOT NULL,
    email_verified boolean DEFAULT false NOT NULL,
    last_login_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT users_email_check CHECK (((email ~~ '_%@_%'::text) AND (email !~~ '% %'::text) AND (email = lower(email)))),
    CONSTRAINT users_email_length_check CHECK ((length(email) <= 320)),
    CONSTRAINT users_folded_username_check CHECK (((length(folded_username) >= 1) AND (length(folded_username) <= 400))),
    CONSTRAINT users_password_hash_check CHECK (((length(password_hash) >= 1) AND (length(password_hash) <= 1000))),
    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'researcher'::text, 'user'::text]))),
    CONSTRAINT users_username_check CHECK (((length(username) >= 1) AND (length(username) <= 100)))
);

COMMENT ON TABLE users IS 'Accounts: who may sign in, and in which role.';

CREATE FUNCTION visible_teams() RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT ARRAY( SELECT m.team_id
            FROM (team_members m
              JOIN users u ON ((m.user_id = u.id)))
           WHERE ((u.id = (NULLIF(current_setting('plainbase.actor_id'::text, true), ''::text))::uuid) AND u.active)
         UNION
          SELECT t.id
            FROM (teams t
              CROSS JOIN users u)
           WHERE ((u.id = (NULLIF(current_setting('plainbase.actor_id'::text, true), ''::text))::uuid) AND u.active AND (u.role = 'admin'::text))) AS "array";
END;

COMMENT ON FUNCTION visible_teams() IS 'The teams whose rows the transaction''s actor may see: those it is a member of, and all for an administrator.';

CREATE FUNCTION every_team_is_visible() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT (count(*) = 0)
    FROM teams t
   WHERE (NOT (t.id = ANY (visible_teams())));
END;

COMMENT ON FUNCTION every_team_is_visible() IS 'Whether the transaction''s actor may see the rows of all teams, as an administrator may.';

CREATE FUNCTION is_administrator(wanted uuid DEFAULT NULL::uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT (count(*) > 0)
    FROM users u
   WHERE ((u.id = COALESCE(is_administrator.wanted, (NULLIF(current_setting('plainbase.actor_id'::text, true), ''::text))::uuid)) AND (u.active OR (is_administrator.wanted IS NOT NULL)) AND (u.role = 'admin'::text));
END;

COMMENT ON FUNCTION is_administrator(wanted uuid) IS 'Whether an account is an administrator''s; without one, whether the transaction''s actor is an active administrator.';

CREATE TABLE training_runs (
    id uuid NOT NULL,
    name text NOT NULL COLLATE "C",
    status text DEFAULT 'pending'::text NOT NULL COLLATE "C",
    progress double precision DEFAULT 0 NOT NULL,
    message text,
    error text,
    neural_config_id uuid,
    config jsonb DEFAULT '{}'::jsonb NOT NULL,
    hyperparameters jsonb DEFAULT '{}'::jsonb NOT NULL,
    dataset_id uuid,
    corpus_text_id bigint,
    model_version_id uuid,
    parent_run_id uuid,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    duration_seconds double precision GENERATED ALWAYS AS ((EXTRACT(epoch FROM (finished_at - started_at)))::double precision) STORED,
    resources jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_by uuid,
    team_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT training_runs_finished_at_check CHECK (((finished_at IS NOT NULL) = (status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])))),
    CONSTRAINT training_runs_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT training_runs_parent_run_id_check CHECK ((parent_run_id <> id)),
    CONSTRAINT training_runs_progress_check CHECK (((progress >= (0)::double precision) AND (progress <= (100)::double precision))),
    CONSTRAINT training_runs_started_at_check CHECK (((started_at IS NOT NULL) OR (status <> ALL (ARRAY['running'::text, 'completed'::text])))),
    CONSTRAINT training_runs_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))
);

COMMENT ON TABLE training_runs IS 'Training runs and jobs: what was trained on what, how far it got and how it ended.';

CREATE FUNCTION is_visible_run(wanted uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT (count(*) > 0)
    FROM training_runs r
   WHERE ((r.id = is_visible_run.wanted) AND ((r.team_id IS NULL) OR (r.team_id = ANY (visible_teams()))));
END;

COMMENT ON FUNCTION is_visible_run(wanted uuid) IS 'Whether the transaction''s actor may see a training run.';

CREATE FUNCTION may_change_team(wanted uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT (count(*) > 0)
    FROM (users u
      CROSS JOIN ( SELECT may_change_team.wanted AS team_id) asked)
   WHERE ((u.id = (NULLIF(current_setting('plainbase.actor_id'::text, true), ''::text))::uuid) AND u.active AND ((u.role = 'admin'::text) OR (EXISTS ( SELECT 1
            FROM team_members m
           WHERE ((m.team_id = asked.team_id) AND (m.user_id = u.id) AND (m.role = 'owner'::text))))));
END;

COMMENT ON FUNCTION may_change_team(wanted uuid) IS 'Whether the transaction''s actor says who is in a team: one of its owners, or an administrator.';

CREATE FUNCTION notify_jobs() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM pg_notify('plainbase_jobs', 'queue:' || queues.queue)
    FROM (SELECT DISTINCT added.queue FROM added) AS queues;
    RETURN NULL;
END;
$$;

CREATE FUNCTION refresh_materialized_view(stored regclass, asked_at timestamp with time zone DEFAULT NULL::timestamp with time zone, seen_at timestamp with time zone DEFAULT NULL::timestamp with time zone, failure text DEFAULT NULL::text, entire boolean DEFAULT false, OUT row_count bigint, OUT refreshed boolean) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    place text;
    name text;
    kind "char";
    how text;
    last_at timestamptz;
    began_at timestamptz;
    listed text;
    of_key text;
    touched regclass;
    keys jsonb;
    gone bigint;
    come bigint;
BEGIN
    SELECT
        quote_ident(n.nspname),
        v.relname,
        v.relkind,
        CASE
            WHEN v.relispopulated AND EXISTS (
                SELECT 1 FROM pg_index AS i
                WHERE i.indrelid = v.oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
            ) THEN 'CONCURRENTLY '
            ELSE ''
        END
    INTO place, name, kind, how
    FROM pg_class AS v
    INNER JOIN pg_namespace AS n ON v.relnamespace = n.oid
    WHERE
        v.oid = stored
        AND v.relkind IN ('m', 'r')
        AND pg_get_userbyid(v.relowner) = current_user
        AND 2 = (
            SELECT count(*) FROM pg_class AS beside
            WHERE
                beside.relnamespace = v.relnamespace
                AND beside.relowner = v.relowner
                AND (
                    (beside.relkind = 'v' AND beside.relname = v.relname || '_live')
                    OR (beside.relkind = 'r' AND beside.relname = 'view_refreshes')
                )
        );
    IF name IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s is no materialized view of %s', stored, current_user);
    END IF;

    IF failure IS NOT NULL THEN
        EXECUTE format(
            'INSERT INTO %s.view_refreshes (view_name, last_error, last_error_at) VALUES ($1, $2, clock_timestamp())'
            ' ON CONFLICT (view_name) DO UPDATE SET'
            ' last_error = excluded.last_error, last_error_at = excluded.last_error_at', place
        ) USING name, failure;
        RETURN;
    END IF;

    EXECUTE format(
        'INSERT INTO %s.view_refreshes AS r (view_name) VALUES ($1)'
        ' ON CONFLICT (view_name) DO UPDATE SET view_name = excluded.view_name'
        ' RETURNING r.row_count, r.started_at, clock_timestamp()', place
    ) INTO row_count, last_at, began_at USING name;
    refreshed := entire OR last_at IS NULL OR asked_at IS NULL
    OR last_at IS NOT DISTINCT FROM seen_at OR last_at <= asked_at;
    IF NOT refreshed THEN
        RETURN;
    END IF;

    IF kind = 'm' THEN
        EXECUTE format('REFRESH MATERIALIZED VIEW %s%s.%I', how, place, name);
        EXECUTE format('SELECT count(*) FROM %s.%I', place, name) INTO row_count;
    ELSE
        -- A table: the keys that were touched anew, or all of it, as `db.refresh` does where it may itself.
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
        INTO listed
        FROM pg_attribute AS a
        WHERE a.attrelid = stored AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
        SELECT t.oid, string_agg(format('view.%1$I = touched.%1$I', a.attname), ' AND ' ORDER BY a.attnum)
        INTO touched, of_key
        FROM pg_class AS v
        INNER JOIN pg_class AS t
            ON
                t.relnamespace = v.relnamespace
                AND t.relowner = v.relowner
                AND t.relname = v.relname || '_touched'
                AND t.relkind = 'r'
        INNER JOIN pg_attribute AS a ON a.attrelid = t.oid
        WHERE v.oid = stored AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'id'
        GROUP BY t.oid;
        IF touched IS NOT NULL THEN
            EXECUTE format(
                'WITH taken AS (DELETE FROM %s AS t RETURNING to_jsonb(t) - ''id'' AS key)'
                ' SELECT coalesce(jsonb_agg(DISTINCT key), ''[]'') FROM taken', touched
            ) INTO keys;
        END IF;
        IF
            entire OR row_count IS NULL OR row_count = 0 OR keys IS NULL
            OR jsonb_path_exists(keys, '$[*].* ? (@ == null)')
        THEN
            EXECUTE format('DELETE FROM %s.%I', place, name);
            EXECUTE format(
                'INSERT INTO %1$s.%2$I (%4$s) SELECT %4$s FROM %1$s.%3$I', place, name, name || '_live', listed
            );
            GET DIAGNOSTICS row_count = ROW_COUNT;
        ELSE
            EXECUTE format(
                'DELETE FROM %s.%I AS view USING jsonb_populate_recordset(CAST(NULL AS %s), $1) AS touched WHERE %s',
                place, name, touched, of_key
            ) USING keys;
            GET DIAGNOSTICS gone = ROW_COUNT;
            -- OFFSET keeps the definition a subquery for each key; joined to all keys it would be computed whole.
            EXECUTE format(
                'INSERT INTO %1$s.%2$I (%4$s) SELECT view.* FROM'
                ' (SELECT DISTINCT * FROM jsonb_populate_recordset(CAST(NULL AS %5$s), $1)) AS touched'
                ' CROSS JOIN LATERAL (SELECT %4$s FROM %1$s.%3$I AS view WHERE %6$s OFFSET 0) AS view',
                place, name, name || '_live', listed, touched, of_key
            ) USING keys;
            GET DIAGNOSTICS come = ROW_COUNT;
            row_count := row_count - gone + come;
        END IF;
    END IF;
    EXECUTE format(
        'UPDATE %s.view_refreshes SET started_at = $2, refreshed_at = clock_timestamp(),'
        ' duration_ms = extract(EPOCH FROM clock_timestamp() - $2) * 1000, row_count = $3,'
        ' last_error = NULL, last_error_at = NULL WHERE view_name = $1', place
    ) USING name, began_at, row_count;
END;
$_$;

CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        MESSAGE = format('a change of relation %I violates check constraint %I', tg_table_name, tg_name),
        SCHEMA = tg_table_schema,
        TABLE = tg_table_name,
        CONSTRAINT = tg_name;
END;
$$;

CREATE FUNCTION run_metric_summary_touch() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', tg_table_schema), true);
    IF tg_op = 'TRUNCATE' THEN
        INSERT INTO run_metric_summary_touched (run_id) VALUES (NULL);
    ELSE
        INSERT INTO run_metric_summary_touched (run_id)
        SELECT DISTINCT run_id
        FROM changed;
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION seal_audit_logs() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    place bigint;
    last_hash bytea;
    next_hash bytea;
    who bytea;
    whose bytea;
    entry record;
BEGIN
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', tg_table_schema), true);
    -- By the key alone: with `position IS NULL` it might be looked for among all that is not sealed.
    IF (SELECT position FROM audit_logs WHERE id = new.id) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    SELECT position, hash INTO place, last_hash FROM audit_head WHERE id = 1 FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_head (id) VALUES (1) ON CONFLICT (id) DO NOTHING;
        SELECT position, hash INTO STRICT place, last_hash FROM audit_head WHERE id = 1 FOR UPDATE;
    END IF;
    FOR entry IN
        SELECT
            id,
            actor_id,
            actor,
            ip_address,
            user_agent,
            actor_salt,
            action,
            entity_type,
            entity_id,
            CAST(changes AS text) AS changes,
            CAST(personal AS text) AS personal,
            personal_salt,
            created_at
        FROM audit_logs
        WHERE position IS NULL
        ORDER BY id
    LOOP
        place := place + 1;
        who := sha256(
            coalesce(entry.actor_salt, '')
            || convert_to(
                audit_framed(entry.actor) || audit_framed(entry.ip_address) || audit_framed(entry.user_agent), 'UTF8'
            )
        );
        whose := CASE
            WHEN entry.personal IS NOT NULL
                THEN sha256(entry.personal_salt || convert_to(audit_framed(entry.personal), 'UTF8'))
        END;
        next_hash := sha256(convert_to(
            audit_framed('1')
            || audit_framed(encode(last_hash, 'hex'))
            || audit_framed(CAST(place AS text))
            || audit_framed(CAST(entry.id AS text))
            || audit_framed(to_char(entry.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
            || audit_framed(CAST(entry.actor_id AS text))
            || audit_framed(encode(who, 'hex'))
            || audit_framed(entry.action)
            || audit_framed(entry.entity_type)
            || audit_framed(entry.entity_id)
            || audit_framed(entry.changes)
            || audit_framed(encode(whose, 'hex')),
            'UTF8'
        ));
        UPDATE audit_logs
        SET
            position = place,
            actor_digest = who,
            personal_digest = whose,
            previous_hash = last_hash,
            hash = next_hash
        WHERE id = entry.id;
        last_hash := next_hash;
    END LOOP;
    UPDATE audit_head
    SET
        position = place,
        hash = last_hash
    WHERE id = 1;
    RETURN NULL;
END;
$$;

CREATE TABLE accuracy_metrics (
    id bigint NOT NULL,
    checkpoint_id uuid,
    metric_type text NOT NULL COLLATE "C",
    value double precision NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT accuracy_metrics_metric_type_length_check CHECK (((length(metric_type) >= 1) AND (length(metric_type) <= 255))),
    CONSTRAINT accuracy_metrics_value_check CHECK ((value < 'NaN'::double precision))
);

COMMENT ON TABLE accuracy_metrics IS 'Accuracies that were measured, of a checkpoint or of the whole.';

ALTER TABLE accuracy_metrics ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accuracy_metrics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE api_keys (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    public_id text NOT NULL COLLATE "C",
    key_hash bytea NOT NULL,
    name text NOT NULL COLLATE "C",
    scopes jsonb DEFAULT '[]'::jsonb NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    replaced_at timestamp with time zone,
    refused_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT api_keys_key_hash_check CHECK ((length(key_hash) = 32)),
    CONSTRAINT api_keys_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT api_keys_public_id_check CHECK (((length(public_id) >= 1) AND (length(public_id) <= 64)))
);

COMMENT ON TABLE api_keys IS 'Keys of programs; shown once, only their hash is kept.';

CREATE VIEW audit_actor AS
 SELECT actor_id,
        CASE
            WHEN ((actor_id IS NULL) AND (actor IS NULL)) THEN ('database:'::text || (SESSION_USER)::text)
            ELSE actor
        END AS actor,
    ip_address,
    user_agent
   FROM ( SELECT (NULLIF(current_setting('plainbase.actor_id'::text, true), ''::text))::uuid AS actor_id,
            NULLIF(current_setting('plainbase.actor'::text, true), ''::text) AS actor,
            NULLIF(current_setting('plainbase.ip_address'::text, true), ''::text) AS ip_address,
            NULLIF(current_setting('plainbase.user_agent'::text, true), ''::text) AS user_agent) s;

COMMENT ON VIEW audit_actor IS 'Who acts in this transaction; one row.';

CREATE TABLE audit_head (
    id bigint DEFAULT 1 NOT NULL,
    "position" bigint DEFAULT 0 NOT NULL,
    hash bytea DEFAULT decode(repeat('00'::text, 32), 'hex'::text) NOT NULL,
    CONSTRAINT audit_head_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT audit_head_id_check CHECK ((id = 1)),
    CONSTRAINT audit_head_position_check CHECK (("position" >= 0))
);

COMMENT ON TABLE audit_head IS 'The end of the audit log''s chain: one row, made by the first change that is sealed, and locked by whoever seals.';

ALTER TABLE audit_logs ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME audit_logs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE audited_tables (
    table_name text NOT NULL COLLATE "C",
    audited boolean NOT NULL,
    entity_type text COLLATE "C",
    reason text,
    CONSTRAINT audited_tables_audited_check CHECK (((audited = (entity_type IS NOT NULL)) AND (audited = (reason IS NULL))))
);

COMMENT ON TABLE audited_tables IS 'Every table of the schema, those of one engine too: how the audit log calls its rows, or why they are not audited.';

CREATE TABLE benchmarks (
    id uuid NOT NULL,
    name text NOT NULL COLLATE "C",
    description text,
    provider text NOT NULL COLLATE "C",
    model text NOT NULL COLLATE "C",
    dataset text NOT NULL COLLATE "C",
    model_version_id uuid,
    dataset_id uuid,
    status text DEFAULT 'pending'::text NOT NULL COLLATE "C",
    total_iterations bigint DEFAULT 0 NOT NULL,
    completed_iterations bigint DEFAULT 0 NOT NULL,
    failed_iterations bigint DEFAULT 0 NOT NULL,
    results jsonb DEFAULT '{}'::jsonb NOT NULL,
    metrics jsonb DEFAULT '{}'::jsonb NOT NULL,
    error text,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    created_by uuid,
    team_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT benchmarks_completed_at_check CHECK (((completed_at IS NOT NULL) = (status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])))),
    CONSTRAINT benchmarks_completed_iterations_check CHECK (((completed_iterations >= 0) AND ((completed_iterations + failed_iterations) <= total_iterations))),
    CONSTRAINT benchmarks_dataset_check CHECK (((length(dataset) >= 1) AND (length(dataset) <= 255))),
    CONSTRAINT benchmarks_failed_iterations_check CHECK ((failed_iterations >= 0)),
    CONSTRAINT benchmarks_model_check CHECK (((length(model) >= 1) AND (length(model) <= 255))),
    CONSTRAINT benchmarks_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT benchmarks_provider_check CHECK (((length(provider) >= 1) AND (length(provider) <= 100))),
    CONSTRAINT benchmarks_started_at_check CHECK (((started_at IS NOT NULL) OR (status <> ALL (ARRAY['running'::text, 'completed'::text])))),
    CONSTRAINT benchmarks_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
    CONSTRAINT benchmarks_total_iterations_check CHECK ((total_iterations >= 0))
);

COMMENT ON TABLE benchmarks IS 'Runs of a benchmark: a provider''s model asked the questions of a dataset, so many times.';

CREATE TABLE checkpoints (
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    epochs bigint,
    step bigint,
    block_size bigint,
    path text,
    loss double precision,
    accuracy double precision,
    notes text,
    is_best boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT checkpoints_accuracy_check CHECK (((accuracy >= (0)::double precision) AND (accuracy <= (1)::double precision))),
    CONSTRAINT checkpoints_block_size_check CHECK ((block_size >= 0)),
    CONSTRAINT checkpoints_epochs_check CHECK ((epochs >= 0)),
    CONSTRAINT checkpoints_loss_check CHECK ((loss < 'NaN'::double precision)),
    CONSTRAINT checkpoints_step_check CHECK ((step >= 0))
);

COMMENT ON TABLE checkpoints IS 'Saved states of a run with their loss; at most one per run is the best.';

CREATE TABLE comparison_results (
    id uuid NOT NULL,
    kind text NOT NULL COLLATE "C",
    a_id uuid NOT NULL,
    b_id uuid NOT NULL,
    a_label text NOT NULL COLLATE "C",
    b_label text NOT NULL COLLATE "C",
    experiment_id uuid,
    metric text NOT NULL COLLATE "C",
    test text NOT NULL COLLATE "C",
    paired boolean NOT NULL,
    a_n bigint NOT NULL,
    b_n bigint NOT NULL,
    a_mean double precision,
    b_mean double precision,
    statistic double precision,
    p_value double precision,
    adjusted_p_value double precision,
    correction text DEFAULT 'none'::text NOT NULL COLLATE "C",
    effect_name text COLLATE "C",
    effect_size double precision,
    confidence_level double precision,
    confidence_low double precision,
    confidence_high double precision,
    alpha double precision DEFAULT 0.05 NOT NULL,
    winner text COLLATE "C",
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT comparison_results_a_label_check CHECK (((length(a_label) >= 1) AND (length(a_label) <= 500))),
    CONSTRAINT comparison_results_a_n_check CHECK ((a_n >= 0)),
    CONSTRAINT comparison_results_adjusted_p_value_check CHECK (((adjusted_p_value >= (0)::double precision) AND (adjusted_p_value <= (1)::double precision))),
    CONSTRAINT comparison_results_alpha_check CHECK (((alpha > (0)::double precision) AND (alpha < (1)::double precision))),
    CONSTRAINT comparison_results_b_id_check CHECK ((a_id <> b_id)),
    CONSTRAINT comparison_results_b_label_check CHECK (((length(b_label) >= 1) AND (length(b_label) <= 500))),
    CONSTRAINT comparison_results_b_n_check CHECK ((b_n >= 0)),
    CONSTRAINT comparison_results_confidence_high_check CHECK ((confidence_low <= confidence_high)),
    CONSTRAINT comparison_results_confidence_level_check CHECK (((confidence_level > (0)::double precision) AND (confidence_level < (1)::double precision))),
    CONSTRAINT comparison_results_correction_check CHECK ((correction = ANY (ARRAY['none'::text, 'holm'::text, 'benjamini_hochberg'::text]))),
    CONSTRAINT comparison_results_kind_check CHECK ((kind = ANY (ARRAY['model'::text, 'model_version'::text, 'training_run'::text, 'experiment'::text]))),
    CONSTRAINT comparison_results_metric_check CHECK (((length(metric) >= 1) AND (length(metric) <= 255))),
    CONSTRAINT comparison_results_p_value_check CHECK (((p_value >= (0)::double precision) AND (p_value <= (1)::double precision))),
    CONSTRAINT comparison_results_test_check CHECK (((length(test) >= 1) AND (length(test) <= 100))),
    CONSTRAINT comparison_results_winner_check CHECK ((winner = ANY (ARRAY['a'::text, 'b'::text, 'no_difference'::text])))
);

COMMENT ON TABLE comparison_results IS 'What a statistical comparison of two models, versions, runs or experiments found.';

CREATE TABLE corpus_texts (
    id bigint NOT NULL,
    title text COLLATE "C",
    content text NOT NULL,
    source text COLLATE "C",
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    word_count bigint GENERATED ALWAYS AS (regexp_count(content, '[^ \t\n\v\f\r]+'::text)) STORED NOT NULL,
    char_count bigint GENERATED ALWAYS AS (length(content)) STORED NOT NULL,
    split_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT corpus_texts_title_check CHECK (((length(title) >= 1) AND (length(title) <= 255)))
);

COMMENT ON TABLE corpus_texts IS 'Texts to train on and to search, with their words and characters counted.';

CREATE VIEW corpus_passage_cuts WITH (security_invoker='true') AS
 SELECT t.id AS corpus_text_id,
    cut.place AS "position",
    t.title,
    cut.passage AS content
   FROM (corpus_texts t
     CROSS JOIN LATERAL corpus_cut(t.content) cut(place, passage));

COMMENT ON VIEW corpus_passage_cuts IS 'The passages that corpus_texts should have; the triggers read it for one text.';

CREATE TABLE corpus_passages (
    id bigint NOT NULL,
    corpus_text_id bigint NOT NULL,
    "position" bigint NOT NULL,
    title text COLLATE "C",
    content text NOT NULL,
    word_count bigint GENERATED ALWAYS AS (corpus_word_count(title, content)) STORED NOT NULL,
    search tsvector GENERATED ALWAYS AS (corpus_words(title, content)) STORED NOT NULL,
    CONSTRAINT corpus_passages_position_check CHECK (("position" >= 0))
)
WITH (toast_tuple_target='8160');

COMMENT ON TABLE corpus_passages IS 'What is searched: corpus_texts cut into passages of about a thousand characters, kept in step by triggers.';

ALTER TABLE corpus_passages ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME corpus_passages_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW corpus_size AS
 SELECT count(*) AS passages,
    COALESCE((sum(word_count))::bigint, (0)::bigint) AS words
   FROM corpus_passages;

COMMENT ON VIEW corpus_size IS 'How many passages there are, and how many words in them, those of all teams.';

ALTER TABLE corpus_texts ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME corpus_texts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE system_metrics (
    id bigint NOT NULL,
    name text NOT NULL COLLATE "C",
    value double precision NOT NULL,
    unit text COLLATE "C",
    labels jsonb DEFAULT '{}'::jsonb NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT system_metrics_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT system_metrics_unit_check CHECK (((length(unit) >= 1) AND (length(unit) <= 50))),
    CONSTRAINT system_metrics_value_check CHECK ((value < 'NaN'::double precision))
);

COMMENT ON TABLE system_metrics IS 'Measurements of the system: processors, memory, disks, requests.';

CREATE VIEW daily_resources_live AS
 WITH used AS (
         SELECT date_trunc('day'::text, system_metrics.recorded_at, 'UTC'::text) AS day,
            'system'::text AS source,
            system_metrics.name,
            COALESCE(system_metrics.unit, ''::text) AS unit,
            system_metrics.value
           FROM system_metrics
        UNION ALL
         SELECT date_trunc('day'::text, training_runs.finished_at, 'UTC'::text) AS day,
            'training'::text AS source,
            'duration_seconds'::text AS name,
            's'::text AS unit,
            training_runs.duration_seconds AS value
           FROM training_runs
          WHERE (training_runs.duration_seconds IS NOT NULL)
        UNION ALL
         SELECT date_trunc('day'::text, r.finished_at, 'UTC'::text) AS day,
            'training'::text AS source,
            used_1.key AS name,
            ''::text AS unit,
                CASE
                    WHEN ((((used_1.value #>> '{}'::text[]))::numeric >= '-10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric) AND (((used_1.value #>> '{}'::text[]))::numeric <= '10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric)) THEN ((used_1.value #>> '{}'::text[]))::double precision
                    ELSE NULL::double precision
                END AS value
           FROM (training_runs r
             CROSS JOIN LATERAL jsonb_each(
                CASE
                    WHEN (jsonb_typeof(r.resources) = 'object'::text) THEN r.resources
                    ELSE '{}'::jsonb
                END) used_1(key, value))
          WHERE ((r.finished_at IS NOT NULL) AND (jsonb_typeof(used_1.value) = 'number'::text) AND (length(used_1.key) <= 255))
        )
 SELECT day,
    (source COLLATE "C") AS source,
    (name COLLATE "C") AS name,
    (unit COLLATE "C") AS unit,
    count(value) AS readings,
    sum(value) FILTER (WHERE ((value >= ('-10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric)::double precision) AND (value <= ('10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric)::double precision))) AS total,
    avg(value) FILTER (WHERE ((value >= ('-10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric)::double precision) AND (value <= ('10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric)::double precision))) AS avg_value,
    min(value) AS min_value,
    max(value) AS max_value
   FROM used
  GROUP BY day, source, name, unit;

COMMENT ON VIEW daily_resources_live IS 'What was used by day (UTC): system metrics, and the resources and durations of training runs that ended then.';

CREATE MATERIALIZED VIEW daily_resources AS
 SELECT day,
    source,
    name,
    unit,
    readings,
    total,
    avg_value,
    min_value,
    max_value
   FROM daily_resources_live
  WITH NO DATA;

CREATE TABLE evaluations (
    id uuid NOT NULL,
    experiment_id uuid,
    benchmark_id uuid,
    model_version_id uuid,
    provider text NOT NULL COLLATE "C",
    model text NOT NULL COLLATE "C",
    input text NOT NULL,
    input_digest text COLLATE "C",
    output text NOT NULL,
    expected text,
    metrics jsonb DEFAULT '{}'::jsonb NOT NULL,
    score double precision,
    human_rating bigint,
    human_feedback text,
    latency_ms double precision,
    input_tokens bigint,
    output_tokens bigint,
    cost_usd double precision,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_by uuid,
    team_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    search tsvector GENERATED ALWAYS AS (evaluation_words(input, output, human_feedback)) STORED NOT NULL,
    CONSTRAINT evaluations_cost_usd_check CHECK (((cost_usd >= (0)::double precision) AND (cost_usd <= ('1000000000000'::numeric)::double precision))),
    CONSTRAINT evaluations_human_rating_check CHECK (((human_rating >= 1) AND (human_rating <= 5))),
    CONSTRAINT evaluations_input_digest_check CHECK (((length(input_digest) >= 1) AND (length(input_digest) <= 255))),
    CONSTRAINT evaluations_input_tokens_check CHECK (((input_tokens >= 0) AND ((input_tokens)::numeric <= '1000000000000'::numeric))),
    CONSTRAINT evaluations_latency_ms_check CHECK (((latency_ms >= (0)::double precision) AND (latency_ms <= ('1000000000000'::numeric)::double precision))),
    CONSTRAINT evaluations_model_check CHECK (((length(model) >= 1) AND (length(model) <= 255))),
    CONSTRAINT evaluations_output_tokens_check CHECK (((output_tokens >= 0) AND ((output_tokens)::numeric <= '1000000000000'::numeric))),
    CONSTRAINT evaluations_provider_check CHECK (((length(provider) >= 1) AND (length(provider) <= 100))),
    CONSTRAINT evaluations_score_check CHECK (((score >= ('-10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric)::double precision) AND (score <= ('10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric)::double precision)))
);

COMMENT ON TABLE evaluations IS 'One output of a model with its score, cost and human rating.';

CREATE TABLE inference_requests (
    id bigint NOT NULL,
    session_id uuid NOT NULL,
    status text DEFAULT 'success'::text NOT NULL COLLATE "C",
    prompt_chars bigint,
    response_chars bigint,
    input_tokens bigint,
    output_tokens bigint,
    latency_ms double precision,
    cost_usd double precision,
    error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT inference_requests_cost_usd_check CHECK (((cost_usd >= (0)::double precision) AND (cost_usd <= ('1000000000000'::numeric)::double precision))),
    CONSTRAINT inference_requests_error_check CHECK (((error IS NOT NULL) = (status = 'error'::text))),
    CONSTRAINT inference_requests_input_tokens_check CHECK (((input_tokens >= 0) AND ((input_tokens)::numeric <= '1000000000000'::numeric))),
    CONSTRAINT inference_requests_latency_ms_check CHECK (((latency_ms >= (0)::double precision) AND (latency_ms <= ('1000000000000'::numeric)::double precision))),
    CONSTRAINT inference_requests_output_tokens_check CHECK (((output_tokens >= 0) AND ((output_tokens)::numeric <= '1000000000000'::numeric))),
    CONSTRAINT inference_requests_prompt_chars_check CHECK ((prompt_chars >= 0)),
    CONSTRAINT inference_requests_response_chars_check CHECK ((response_chars >= 0)),
    CONSTRAINT inference_requests_status_check CHECK ((status = ANY (ARRAY['success'::text, 'error'::text])))
);

COMMENT ON TABLE inference_requests IS 'Requests of a session: how long, how many tokens, how they ended.';

CREATE TABLE inference_sessions (
    id uuid NOT NULL,
    model_version_id uuid NOT NULL,
    user_id uuid,
    purpose text COLLATE "C",
    request_count bigint DEFAULT 0 NOT NULL,
    error_count bigint DEFAULT 0 NOT NULL,
    input_tokens bigint DEFAULT 0 NOT NULL,
    output_tokens bigint DEFAULT 0 NOT NULL,
    latency_ms double precision DEFAULT 0 NOT NULL,
    cost_usd double precision DEFAULT 0 NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT inference_sessions_cost_usd_check CHECK (((cost_usd >= (0)::double precision) AND (cost_usd <= ('1000000000000000'::numeric)::double precision))),
    CONSTRAINT inference_sessions_error_count_check CHECK (((error_count >= 0) AND (error_count <= request_count))),
    CONSTRAINT inference_sessions_input_tokens_check CHECK ((input_tokens >= 0)),
    CONSTRAINT inference_sessions_latency_ms_check CHECK (((latency_ms >= (0)::double precision) AND (latency_ms <= ('1000000000000000'::numeric)::double precision))),
    CONSTRAINT inference_sessions_output_tokens_check CHECK ((output_tokens >= 0)),
    CONSTRAINT inference_sessions_purpose_check CHECK (((length(purpose) >= 1) AND (length(purpose) <= 255))),
    CONSTRAINT inference_sessions_request_count_check CHECK ((request_count >= 0))
);

COMMENT ON TABLE inference_sessions IS 'Somebody''s use of a model version, with its totals.';

CREATE TABLE model_versions (
    id uuid NOT NULL,
    model_id uuid NOT NULL,
    version text NOT NULL COLLATE "C",
    stage text DEFAULT 'development'::text NOT NULL COLLATE "C",
    status text DEFAULT 'ready'::text NOT NULL COLLATE "C",
    architecture text COLLATE "C",
    parameter_count bigint,
    artifact_uri text,
    digest text COLLATE "C",
    metrics jsonb DEFAULT '{}'::jsonb NOT NULL,
    input_token_price double precision,
    output_token_price double precision,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    training_run_id uuid,
    CONSTRAINT model_versions_architecture_check CHECK (((length(architecture) >= 1) AND (length(architecture) <= 255))),
    CONSTRAINT model_versions_input_token_price_check CHECK (((input_token_price >= (0)::double precision) AND (input_token_price <= ('1000000000000'::numeric)::double precision))),
    CONSTRAINT model_versions_output_token_price_check CHECK (((output_token_price >= (0)::double precision) AND (output_token_price <= ('1000000000000'::numeric)::double precision))),
    CONSTRAINT model_versions_parameter_count_check CHECK ((parameter_count >= 0)),
    CONSTRAINT model_versions_stage_check CHECK ((stage = ANY (ARRAY['production'::text, 'staging'::text, 'development'::text, 'archived'::text]))),
    CONSTRAINT model_versions_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'ready'::text, 'failed'::text, 'retired'::text]))),
    CONSTRAINT model_versions_version_check CHECK (((length(version) >= 1) AND (length(version) <= 255))),
    CONSTRAINT model_versions_version_form_check CHECK (((version !~~ '%:%'::text) AND (version !~~ '%@%'::text)))
);

COMMENT ON TABLE model_versions IS 'Versions of a model: what it is, where its files are, what its tokens cost.';

CREATE TABLE models (
    id uuid NOT NULL,
    name text NOT NULL COLLATE "C",
    kind text NOT NULL COLLATE "C",
    provider text COLLATE "C",
    description text,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_by uuid,
    team_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT models_kind_check CHECK ((kind = ANY (ARRAY['fine_tuned'::text, 'commercial'::text, 'base'::text]))),
    CONSTRAINT models_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT models_provider_check CHECK (((length(provider) >= 1) AND (length(provider) <= 100)))
);

COMMENT ON TABLE models IS 'Models by name, trained here or bought; what runs is a version.';

CREATE TABLE predictions (
    id bigint NOT NULL,
    request_id text NOT NULL COLLATE "C",
    batch_id text COLLATE "C",
    model_version_id uuid,
    model_version text NOT NULL COLLATE "C",
    model_stage text NOT NULL COLLATE "C",
    input_features jsonb NOT NULL,
    prediction double precision,
    confidence_score double precision,
    confidence_low double precision,
    confidence_high double precision,
    processing_time_ms double precision,
    status text DEFAULT 'success'::text NOT NULL COLLATE "C",
    error_message text,
    user_agent text,
    ip_address text COLLATE "C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT predictions_batch_id_check CHECK (((length(batch_id) >= 1) AND (length(batch_id) <= 255))),
    CONSTRAINT predictions_confidence_high_check CHECK ((confidence_low <= confidence_high)),
    CONSTRAINT predictions_confidence_score_check CHECK (((confidence_score >= (0)::double precision) AND (confidence_score <= (1)::double precision))),
    CONSTRAINT predictions_error_message_check CHECK (((error_message IS NOT NULL) = (status = 'error'::text))),
    CONSTRAINT predictions_model_stage_check CHECK ((model_stage = ANY (ARRAY['production'::text, 'staging'::text, 'development'::text, 'archived'::text]))),
    CONSTRAINT predictions_model_version_check CHECK (((length(model_version) >= 1) AND (length(model_version) <= 255))),
    CONSTRAINT predictions_prediction_check CHECK (((status = 'error'::text) OR (prediction IS NOT NULL))),
    CONSTRAINT predictions_processing_time_ms_check CHECK (((processing_time_ms >= (0)::double precision) AND (processing_time_ms <= ('1000000000000'::numeric)::double precision))),
    CONSTRAINT predictions_request_id_check CHECK (((length(request_id) >= 1) AND (length(request_id) <= 255))),
    CONSTRAINT predictions_status_check CHECK ((status = ANY (ARRAY['success'::text, 'error'::text])))
);

COMMENT ON TABLE predictions IS 'Predictions that were served, or that failed.';

CREATE VIEW daily_usage_live AS
 WITH calls AS (
         SELECT 'inference'::text AS kind,
            ((m.name || ':'::text) || v.version) AS model,
            r.created_at,
            (r.status = 'error'::text) AS failed,
            r.input_tokens,
            r.output_tokens,
            r.cost_usd,
            r.latency_ms
           FROM (((inference_requests r
             JOIN inference_sessions s ON ((r.session_id = s.id)))
             JOIN model_versions v ON ((s.model_version_id = v.id)))
             JOIN models m ON ((v.model_id = m.id)))
        UNION ALL
         SELECT 'evaluation'::text AS kind,
            ((e.provider || '/'::text) || e.model) AS model,
            e.created_at,
            false AS failed,
            e.input_tokens,
            e.output_tokens,
            e.cost_usd,
            e.latency_ms
           FROM evaluations e
        UNION ALL
         SELECT 'prediction'::text AS kind,
            p.model_version AS model,
            p.created_at,
            (p.status = 'error'::text) AS failed,
            NULL::bigint AS input_tokens,
            NULL::bigint AS output_tokens,
            NULL::double precision AS cost_usd,
            p.processing_time_ms AS latency_ms
           FROM predictions p
        )
 SELECT date_trunc('day'::text, created_at, 'UTC'::text) AS day,
    (kind COLLATE "C") AS kind,
    (model COLLATE "C") AS model,
    count(*) AS requests,
    count(*) FILTER (WHERE failed) AS errors,
    (COALESCE(sum(input_tokens), (0)::numeric))::bigint AS input_tokens,
    (COALESCE(sum(output_tokens), (0)::numeric))::bigint AS output_tokens,
    COALESCE(sum(cost_usd), (0.0)::double precision) AS cost_usd,
    avg(latency_ms) AS avg_latency_ms,
    percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY latency_ms) AS p50_latency_ms,
    percentile_cont((0.95)::double precision) WITHIN GROUP (ORDER BY latency_ms) AS p95_latency_ms,
    percentile_cont((0.99)::double precision) WITHIN GROUP (ORDER BY latency_ms) AS p99_latency_ms
   FROM calls
  GROUP BY (date_trunc('day'::text, created_at, 'UTC'::text)), kind, model;

COMMENT ON VIEW daily_usage_live IS 'Requests, errors, tokens, cost and latency of each model by day (UTC) and kind: inference, evaluation, prediction.';

CREATE MATERIALIZED VIEW daily_usage AS
 SELECT day,
    kind,
    model,
    requests,
    errors,
    input_tokens,
    output_tokens,
    cost_usd,
    avg_latency_ms,
    p50_latency_ms,
    p95_latency_ms,
    p99_latency_ms
   FROM daily_usage_live
  WITH NO DATA;

CREATE VIEW daily_usage_visible AS
 SELECT day,
    kind,
    model,
    requests,
    errors,
    input_tokens,
    output_tokens,
    cost_usd,
    avg_latency_ms,
    p50_latency_ms,
    p95_latency_ms,
    p99_latency_ms
   FROM daily_usage
  WHERE ((NOT ( SELECT row_security_active(('models'::regclass)::oid) AS row_security_active)) OR ( SELECT every_team_is_visible() AS every_team_is_visible));

CREATE TABLE dataset_splits (
    id uuid NOT NULL,
    dataset_id uuid NOT NULL,
    name text NOT NULL COLLATE "C",
    row_count bigint,
    fraction double precision,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT dataset_splits_fraction_check CHECK (((fraction >= (0)::double precision) AND (fraction <= (1)::double precision))),
    CONSTRAINT dataset_splits_name_check CHECK ((name = ANY (ARRAY['train'::text, 'validation'::text, 'test'::text]))),
    CONSTRAINT dataset_splits_row_count_check CHECK ((row_count >= 0))
);

COMMENT ON TABLE dataset_splits IS 'The train, validation and test parts of a dataset.';

CREATE TABLE datasets (
    id uuid NOT NULL,
    name text NOT NULL COLLATE "C",
    version text NOT NULL COLLATE "C",
    digest text NOT NULL COLLATE "C",
    format text COLLATE "C",
    domain text COLLATE "C",
    size_bytes bigint,
    row_count bigint,
    statistics jsonb DEFAULT '{}'::jsonb NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_by uuid,
    team_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT datasets_digest_check CHECK (((length(digest) >= 1) AND (length(digest) <= 255))),
    CONSTRAINT datasets_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT datasets_row_count_check CHECK ((row_count >= 0)),
    CONSTRAINT datasets_size_bytes_check CHECK ((size_bytes >= 0)),
    CONSTRAINT datasets_version_check CHECK (((length(version) >= 1) AND (length(version) <= 255)))
);

COMMENT ON TABLE datasets IS 'Datasets by name, version and content digest.';

CREATE TABLE experiments (
    id uuid NOT NULL,
    name text NOT NULL COLLATE "C",
    hypothesis text,
    status text DEFAULT 'pending'::text NOT NULL COLLATE "C",
    dataset_id uuid,
    model_version_id uuid,
    config jsonb DEFAULT '{}'::jsonb NOT NULL,
    results jsonb DEFAULT '{}'::jsonb NOT NULL,
    metrics jsonb DEFAULT '{}'::jsonb NOT NULL,
    cost_usd double precision,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    duration_seconds double precision GENERATED ALWAYS AS ((EXTRACT(epoch FROM (finished_at - started_at)))::double precision) STORED,
    created_by uuid,
    team_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT experiments_cost_usd_check CHECK (((cost_usd >= (0)::double precision) AND (cost_usd <= ('1000000000000'::numeric)::double precision))),
    CONSTRAINT experiments_finished_at_check CHECK (((finished_at IS NOT NULL) = (status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])))),
    CONSTRAINT experiments_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT experiments_started_at_check CHECK (((started_at IS NOT NULL) OR (status <> ALL (ARRAY['running'::text, 'completed'::text])))),
    CONSTRAINT experiments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))
);

COMMENT ON TABLE experiments IS 'Experiments: a hypothesis, what was tried, and what came out.';

CREATE VIEW dataset_usage_live AS
 WITH runs AS (
         SELECT training_runs.dataset_id,
            count(*) AS runs,
            count(*) FILTER (WHERE (training_runs.status = 'completed'::text)) AS completed_runs,
            count(*) FILTER (WHERE (training_runs.status = 'failed'::text)) AS failed_runs,
            avg(training_runs.duration_seconds) FILTER (WHERE (training_runs.status = 'completed'::text)) AS avg_duration_seconds,
            min(training_runs.created_at) AS first_run_at,
            max(training_runs.created_at) AS last_run_at
           FROM training_runs
          WHERE (training_runs.dataset_id IS NOT NULL)
          GROUP BY training_runs.dataset_id
        ), losses AS (
         SELECT r.dataset_id,
            min(c.loss) AS best_loss,
            max(c.accuracy) AS best_accuracy
           FROM (checkpoints c
             JOIN training_runs r ON ((c.run_id = r.id)))
          WHERE (r.dataset_id IS NOT NULL)
          GROUP BY r.dataset_id
        ), trials AS (
         SELECT experiments.dataset_id,
            count(*) AS experiments
           FROM experiments
          WHERE (experiments.dataset_id IS NOT NULL)
          GROUP BY experiments.dataset_id
        ), tests AS (
         SELECT benchmarks.dataset_id,
            count(*) AS benchmarks
           FROM benchmarks
          WHERE (benchmarks.dataset_id IS NOT NULL)
          GROUP BY benchmarks.dataset_id
        )
 SELECT d.id AS dataset_id,
    d.name,
    d.version,
    d.domain,
    d.row_count,
    COALESCE(runs.runs, (0)::bigint) AS runs,
    COALESCE(runs.completed_runs, (0)::bigint) AS completed_runs,
    COALESCE(runs.failed_runs, (0)::bigint) AS failed_runs,
    COALESCE(trials.experiments, (0)::bigint) AS experiments,
    COALESCE(tests.benchmarks, (0)::bigint) AS benchmarks,
    runs.avg_duration_seconds,
    losses.best_loss,
    losses.best_accuracy,
    runs.first_run_at,
    runs.last_run_at,
    d.team_id
   FROM ((((datasets d
     LEFT JOIN runs ON ((d.id = runs.dataset_id)))
     LEFT JOIN losses ON ((d.id = losses.dataset_id)))
     LEFT JOIN trials ON ((d.id = trials.dataset_id)))
     LEFT JOIN tests ON ((d.id = tests.dataset_id)));

COMMENT ON VIEW dataset_usage_live IS 'Each dataset with the runs, experiments and benchmarks on it, and the best that came out.';

CREATE MATERIALIZED VIEW dataset_usage AS
 SELECT dataset_id,
    name,
    version,
    domain,
    row_count,
    runs,
    completed_runs,
    failed_runs,
    experiments,
    benchmarks,
    avg_duration_seconds,
    best_loss,
    best_accuracy,
    first_run_at,
    last_run_at,
    team_id
   FROM dataset_usage_live
  WITH NO DATA;

CREATE VIEW dataset_usage_visible AS
 SELECT dataset_id,
    name,
    version,
    domain,
    row_count,
    runs,
    completed_runs,
    failed_runs,
    experiments,
    benchmarks,
    avg_duration_seconds,
    best_loss,
    best_accuracy,
    first_run_at,
    last_run_at,
    team_id
   FROM dataset_usage
  WHERE ((NOT ( SELECT row_security_active(('models'::regclass)::oid) AS row_security_active)) OR (team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[])));

CREATE TABLE generations (
    id uuid NOT NULL,
    prompt text NOT NULL,
    response text NOT NULL,
    model text NOT NULL COLLATE "C",
    model_version_id uuid,
    parameters jsonb DEFAULT '{}'::jsonb NOT NULL,
    quality_score double precision,
    user_rating bigint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT generations_model_check CHECK (((length(model) >= 1) AND (length(model) <= 255))),
    CONSTRAINT generations_user_rating_check CHECK (((user_rating >= 1) AND (user_rating <= 5)))
);

COMMENT ON TABLE generations IS 'Texts that models generated, with scores and user ratings.';

CREATE TABLE sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    ip_address text COLLATE "C",
    user_agent text,
    idle_seconds double precision DEFAULT 3600 NOT NULL,
    idle_expires_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    refused_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sessions_expires_at_check CHECK ((expires_at > created_at)),
    CONSTRAINT sessions_expires_at_range_check CHECK (((EXTRACT(epoch FROM expires_at) >= ('-62135596800'::bigint)::numeric) AND (EXTRACT(epoch FROM expires_at) <= ('253402300799'::bigint)::numeric))),
    CONSTRAINT sessions_idle_expires_at_range_check CHECK (((EXTRACT(epoch FROM idle_expires_at) >= ('-62135596800'::bigint)::numeric) AND (EXTRACT(epoch FROM idle_expires_at) <= ('253402300799'::bigint)::numeric))),
    CONSTRAINT sessions_idle_seconds_check CHECK ((idle_seconds > (0)::double precision)),
    CONSTRAINT sessions_token_hash_check CHECK ((length(token_hash) = 32))
);

COMMENT ON TABLE sessions IS 'Who is signed in; of the token only its hash is kept.';

CREATE VIEW entity_owners WITH (security_invoker='true') AS
 SELECT 'datasets'::text AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
   FROM datasets t
UNION ALL
 SELECT 'models'::text AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
   FROM models t
UNION ALL
 SELECT 'training_runs'::text AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
   FROM training_runs t
UNION ALL
 SELECT 'experiments'::text AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
   FROM experiments t
UNION ALL
 SELECT 'benchmarks'::text AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
   FROM benchmarks t
UNION ALL
 SELECT 'evaluations'::text AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    COALESCE(t.team_id, x.team_id, b.team_id) AS team_id
   FROM ((evaluations t
     LEFT JOIN experiments x ON ((t.experiment_id = x.id)))
     LEFT JOIN benchmarks b ON ((t.benchmark_id = b.id)))
UNION ALL
 SELECT 'comparison_results'::text AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    x.team_id
   FROM (comparison_results t
     LEFT JOIN experiments x ON ((t.experiment_id = x.id)))
UNION ALL
 SELECT 'inference_sessions'::text AS entity_type,
    t.id AS entity_id,
    t.user_id,
    m.team_id
   FROM ((inference_sessions t
     JOIN model_versions v ON ((t.model_version_id = v.id)))
     JOIN models m ON ((v.model_id = m.id)))
UNION ALL
 SELECT 'generations'::text AS entity_type,
    t.id AS entity_id,
    NULL::uuid AS user_id,
    m.team_id
   FROM ((generations t
     LEFT JOIN model_versions v ON ((t.model_version_id = v.id)))
     LEFT JOIN models m ON ((v.model_id = m.id)))
UNION ALL
 SELECT 'users'::text AS entity_type,
    t.id AS entity_id,
    t.id AS user_id,
    NULL::uuid AS team_id
   FROM users t
UNION ALL
 SELECT 'sessions'::text AS entity_type,
    t.id AS entity_id,
    t.user_id,
    NULL::uuid AS team_id
   FROM sessions t
UNION ALL
 SELECT 'api_keys'::text AS entity_type,
    t.id AS entity_id,
    t.user_id,
    NULL::uuid AS team_id
   FROM api_keys t
UNION ALL
 SELECT 'teams'::text AS entity_type,
    t.id AS entity_id,
    o.user_id,
    t.id AS team_id
   FROM (teams t
     LEFT JOIN team_members o ON (((t.id = o.team_id) AND (o.role = 'owner'::text))));

COMMENT ON VIEW entity_owners IS 'Who made an entity, or whose it is, and its team; a team has a row for each of its owners.';

CREATE TABLE erasures (
    id uuid NOT NULL,
    subject_id uuid NOT NULL,
    reason text,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    erased_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE erasures IS 'Whose personal data was erased, when, and by whom.';

CREATE VIEW evaluated_models_live AS
 SELECT e.provider,
    e.model,
    e.model_version_id,
    count(*) AS evaluations,
    count(e.score) AS scored_evaluations,
    COALESCE(sum(e.score), (0.0)::double precision) AS total_score,
    count(e.human_rating) AS rated_evaluations,
    (COALESCE(sum(e.human_rating), (0)::numeric))::bigint AS total_rating,
    count(e.latency_ms) AS timed_evaluations,
    COALESCE(sum(e.latency_ms), (0.0)::double precision) AS total_latency_ms,
    count(e.cost_usd) AS priced_evaluations,
    COALESCE(sum(e.cost_usd), (0.0)::double precision) AS cost_usd,
    (COALESCE(sum(e.input_tokens), (0)::numeric))::bigint AS input_tokens,
    (COALESCE(sum(e.output_tokens), (0)::numeric))::bigint AS output_tokens,
    max(e.created_at) AS last_evaluated_at,
    COALESCE(e.team_id, x.team_id, b.team_id) AS team_id
   FROM ((evaluations e
     LEFT JOIN experiments x ON ((e.experiment_id = x.id)))
     LEFT JOIN benchmarks b ON ((e.benchmark_id = b.id)))
  GROUP BY e.provider, e.model, e.model_version_id, COALESCE(e.team_id, x.team_id, b.team_id);

COMMENT ON VIEW evaluated_models_live IS 'How often each team evaluated each model and version, with sums of scores, ratings, latencies, tokens and cost.';

CREATE MATERIALIZED VIEW evaluated_models AS
 SELECT provider,
    model,
    model_version_id,
    evaluations,
    scored_evaluations,
    total_score,
    rated_evaluations,
    total_rating,
    timed_evaluations,
    total_latency_ms,
    priced_evaluations,
    cost_usd,
    input_tokens,
    output_tokens,
    last_evaluated_at,
    team_id
   FROM evaluated_models_live
  WITH NO DATA;

CREATE VIEW evaluated_models_visible AS
 SELECT provider,
    model,
    model_version_id,
    evaluations,
    scored_evaluations,
    total_score,
    rated_evaluations,
    total_rating,
    timed_evaluations,
    total_latency_ms,
    priced_evaluations,
    cost_usd,
    input_tokens,
    output_tokens,
    last_evaluated_at,
    team_id
   FROM evaluated_models
  WHERE ((NOT ( SELECT row_security_active(('models'::regclass)::oid) AS row_security_active)) OR (team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[])));

CREATE TABLE experiment_runs (
    experiment_id uuid NOT NULL,
    training_run_id uuid NOT NULL,
    label text COLLATE "C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT experiment_runs_label_check CHECK (((length(label) >= 1) AND (length(label) <= 255)))
);

COMMENT ON TABLE experiment_runs IS 'Which training runs belong to which experiment, and what each stands for.';

CREATE VIEW experiment_summary_live AS
 WITH runs AS (
         SELECT x.experiment_id,
            count(*) AS runs,
            count(*) FILTER (WHERE (r.status = 'completed'::text)) AS completed_runs,
            count(*) FILTER (WHERE (r.status = 'failed'::text)) AS failed_runs
           FROM (experiment_runs x
             JOIN training_runs r ON ((x.training_run_id = r.id)))
          GROUP BY x.experiment_id
        ), outputs AS (
         SELECT evaluations.experiment_id,
            count(*) AS evaluations,
            avg(evaluations.score) AS avg_score,
            max(evaluations.score) AS max_score,
            count(evaluations.human_rating) AS rated_evaluations,
            (avg(evaluations.human_rating))::double precision AS avg_rating,
            avg(evaluations.latency_ms) AS avg_latency_ms,
            (sum(evaluations.input_tokens))::bigint AS input_tokens,
            (sum(evaluations.output_tokens))::bigint AS output_tokens,
            sum(evaluations.cost_usd) AS cost_usd
           FROM evaluations
          WHERE (evaluations.experiment_id IS NOT NULL)
          GROUP BY evaluations.experiment_id
        )
 SELECT e.id AS experiment_id,
    e.name,
    e.status,
    e.dataset_id,
    e.model_version_id,
    COALESCE(runs.runs, (0)::bigint) AS runs,
    COALESCE(runs.completed_runs, (0)::bigint) AS completed_runs,
    COALESCE(runs.failed_runs, (0)::bigint) AS failed_runs,
    COALESCE(outputs.evaluations, (0)::bigint) AS evaluations,
    outputs.avg_score,
    outputs.max_score,
    COALESCE(outputs.rated_evaluations, (0)::bigint) AS rated_evaluations,
    outputs.avg_rating,
    outputs.avg_latency_ms,
    COALESCE(outputs.input_tokens, (0)::bigint) AS input_tokens,
    COALESCE(outputs.output_tokens, (0)::bigint) AS output_tokens,
    COALESCE(outputs.cost_usd, (0.0)::double precision) AS evaluations_cost_usd,
    e.cost_usd,
    e.started_at,
    e.finished_at,
    e.duration_seconds,
    e.created_at,
    e.team_id
   FROM ((experiments e
     LEFT JOIN runs ON ((e.id = runs.experiment_id)))
     LEFT JOIN outputs ON ((e.id = outputs.experiment_id)));

COMMENT ON VIEW experiment_summary_live IS 'Each experiment with its runs, evaluations, ratings, tokens and cost.';

CREATE MATERIALIZED VIEW experiment_summary AS
 SELECT experiment_id,
    name,
    status,
    dataset_id,
    model_version_id,
    runs,
    completed_runs,
    failed_runs,
    evaluations,
    avg_score,
    max_score,
    rated_evaluations,
    avg_rating,
    avg_latency_ms,
    input_tokens,
    output_tokens,
    evaluations_cost_usd,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_at,
    team_id
   FROM experiment_summary_live
  WITH NO DATA;

CREATE VIEW experiment_summary_visible AS
 SELECT experiment_id,
    name,
    status,
    dataset_id,
    model_version_id,
    runs,
    completed_runs,
    failed_runs,
    evaluations,
    avg_score,
    max_score,
    rated_evaluations,
    avg_rating,
    avg_latency_ms,
    input_tokens,
    output_tokens,
    evaluations_cost_usd,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_at,
    team_id
   FROM experiment_summary
  WHERE ((NOT ( SELECT row_security_active(('models'::regclass)::oid) AS row_security_active)) OR (team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[])));

ALTER TABLE inference_requests ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME inference_requests_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE job_queues (
    name text NOT NULL COLLATE "C",
    paused_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT job_queues_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);

COMMENT ON TABLE job_queues IS 'Queues that were named or paused; a queue needs no row here to have jobs.';

CREATE TABLE job_schedules (
    name text NOT NULL COLLATE "C",
    cron text NOT NULL COLLATE "C",
    timezone text DEFAULT 'UTC'::text NOT NULL COLLATE "C",
    queue text DEFAULT 'default'::text NOT NULL COLLATE "C",
    job_type text NOT NULL COLLATE "C",
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    priority bigint DEFAULT 0 NOT NULL,
    max_attempts bigint DEFAULT 5 NOT NULL,
    timeout_seconds double precision,
    unique_key text COLLATE "C",
    enabled boolean DEFAULT true NOT NULL,
    next_run_at timestamp with time zone,
    last_run_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT job_schedules_cron_check CHECK (((length(cron) >= 1) AND (length(cron) <= 255))),
    CONSTRAINT job_schedules_job_type_length_check CHECK (((length(job_type) >= 1) AND (length(job_type) <= 100))),
    CONSTRAINT job_schedules_max_attempts_check CHECK (((max_attempts >= 1) AND (max_attempts <= 1000))),
    CONSTRAINT job_schedules_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT job_schedules_priority_check CHECK (((priority >= 0) AND (priority <= 32767))),
    CONSTRAINT job_schedules_queue_check CHECK (((length(queue) >= 1) AND (length(queue) <= 100))),
    CONSTRAINT job_schedules_timeout_seconds_check CHECK (((timeout_seconds > (0)::double precision) AND (timeout_seconds <= ('1000000000'::numeric)::double precision))),
    CONSTRAINT job_schedules_timezone_check CHECK (((length(timezone) >= 1) AND (length(timezone) <= 100))),
    CONSTRAINT job_schedules_unique_key_check CHECK (((length(unique_key) >= 1) AND (length(unique_key) <= 255)))
);

COMMENT ON TABLE job_schedules IS 'Jobs that are enqueued again and again, by a cron expression.';

CREATE TABLE jobs (
    id uuid NOT NULL,
    queue text DEFAULT 'default'::text NOT NULL COLLATE "C",
    job_type text NOT NULL COLLATE "C",
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    priority bigint DEFAULT 0 NOT NULL,
    state text DEFAULT 'available'::text NOT NULL COLLATE "C",
    run_at timestamp with time zone DEFAULT now() NOT NULL,
    attempt bigint DEFAULT 0 NOT NULL,
    max_attempts bigint DEFAULT 5 NOT NULL,
    timeout_seconds double precision,
    lease_expires_at timestamp with time zone,
    worker_id text COLLATE "C",
    unique_key text COLLATE "C",
    unique_states text DEFAULT 'available,running'::text NOT NULL COLLATE "C",
    result jsonb,
    error text,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT jobs_attempt_check CHECK ((attempt >= 0)),
    CONSTRAINT jobs_completed_at_check CHECK (((completed_at IS NOT NULL) = (state = ANY (ARRAY['completed'::text, 'cancelled'::text, 'dead'::text])))),
    CONSTRAINT jobs_job_type_length_check CHECK (((length(job_type) >= 1) AND (length(job_type) <= 100))),
    CONSTRAINT jobs_lease_expires_at_check CHECK (((lease_expires_at IS NOT NULL) = (state = 'running'::text))),
    CONSTRAINT jobs_lease_expires_at_range_check CHECK (((EXTRACT(epoch FROM lease_expires_at) >= ('-62135596800'::bigint)::numeric) AND (EXTRACT(epoch FROM lease_expires_at) <= ('253402300799'::bigint)::numeric))),
    CONSTRAINT jobs_max_attempts_check CHECK ((max_attempts >= 1)),
    CONSTRAINT jobs_priority_check CHECK (((priority >= 0) AND (priority <= 32767))),
    CONSTRAINT jobs_queue_check CHECK (((length(queue) >= 1) AND (length(queue) <= 100))),
    CONSTRAINT jobs_run_at_range_check CHECK (((EXTRACT(epoch FROM run_at) >= ('-62135596800'::bigint)::numeric) AND (EXTRACT(epoch FROM run_at) <= ('253402300799'::bigint)::numeric))),
    CONSTRAINT jobs_state_check CHECK ((state = ANY (ARRAY['available'::text, 'running'::text, 'completed'::text, 'cancelled'::text, 'dead'::text]))),
    CONSTRAINT jobs_timeout_seconds_check CHECK (((timeout_seconds > (0)::double precision) AND (timeout_seconds <= ('1000000000'::numeric)::double precision))),
    CONSTRAINT jobs_unique_key_check CHECK (((length(unique_key) >= 1) AND (length(unique_key) <= 255))),
    CONSTRAINT jobs_unique_states_check CHECK ((unique_states = ANY (ARRAY['available,running'::text, 'available,running,cancelled'::text, 'available,running,completed'::text, 'available,running,dead'::text, 'available,running,cancelled,dead'::text, 'available,running,completed,cancelled'::text, 'available,running,completed,dead'::text, 'available,running,completed,cancelled,dead'::text]))),
    CONSTRAINT jobs_worker_id_check CHECK (((worker_id IS NOT NULL) OR (state <> 'running'::text)))
)
WITH (fillfactor='85', autovacuum_vacuum_scale_factor='0.01', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');

ALTER TABLE ONLY jobs ALTER COLUMN queue SET STATISTICS 0;

ALTER TABLE ONLY jobs ALTER COLUMN priority SET STATISTICS 0;

ALTER TABLE ONLY jobs ALTER COLUMN run_at SET STATISTICS 0;

COMMENT ON TABLE jobs IS 'Work to do, being done, and done.';

CREATE TABLE login_attempts (
    id bigint NOT NULL,
    email text NOT NULL COLLATE "C",
    ip_address text COLLATE "C",
    succeeded boolean NOT NULL,
    known boolean DEFAULT false NOT NULL,
    forgiven boolean DEFAULT false NOT NULL,
    refused bigint DEFAULT 0 NOT NULL,
    reset boolean DEFAULT false NOT NULL,
    attempted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT login_attempts_email_check CHECK ((length(email) <= 320)),
    CONSTRAINT login_attempts_refused_check CHECK ((refused >= 0)),
    CONSTRAINT login_attempts_reset_check CHECK (((NOT reset) OR (forgiven AND (NOT succeeded))))
);

COMMENT ON TABLE login_attempts IS 'Logins that were tried, so that guessing can be slowed and locked; by address as typed, known or not.';

ALTER TABLE login_attempts ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME login_attempts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE markov_models (
    dataset_id uuid NOT NULL,
    n bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT markov_models_n_check CHECK (((n >= 0) AND (n <= 64)))
);

COMMENT ON TABLE markov_models IS 'One character model per dataset and order; deleting it clears its counts and what it has counted.';

CREATE TABLE markov_ngrams (
    dataset_id uuid NOT NULL,
    n bigint NOT NULL,
    context text NOT NULL COLLATE "C",
    next_char text NOT NULL COLLATE "C",
    count bigint NOT NULL,
    probability double precision,
    CONSTRAINT markov_ngrams_context_check CHECK ((length(context) <= n)),
    CONSTRAINT markov_ngrams_count_check CHECK ((count > 0)),
    CONSTRAINT markov_ngrams_next_char_check CHECK ((length(next_char) = 1)),
    CONSTRAINT markov_ngrams_probability_check CHECK (((probability > (0)::double precision) AND (probability <= (1)::double precision)))
);

COMMENT ON TABLE markov_ngrams IS 'How often a character followed a context, by dataset and order.';

CREATE TABLE markov_texts (
    dataset_id uuid NOT NULL,
    n bigint NOT NULL,
    corpus_text_id bigint NOT NULL,
    counted_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE markov_texts IS 'The texts a model has counted, so that none is counted twice.';

CREATE TABLE model_aliases (
    model_id uuid NOT NULL,
    alias text NOT NULL COLLATE "C",
    model_version_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT model_aliases_alias_check CHECK (((length(alias) >= 1) AND (length(alias) <= 100))),
    CONSTRAINT model_aliases_alias_form_check CHECK (((alias !~~ '%:%'::text) AND (alias !~~ '%@%'::text)))
);

COMMENT ON TABLE model_aliases IS 'Names that move from version to version of a model, such as champion; one version per alias.';

CREATE TABLE model_benchmarks (
    id uuid NOT NULL,
    model_version_id uuid NOT NULL,
    benchmark text NOT NULL COLLATE "C",
    dataset_id uuid,
    metric text NOT NULL COLLATE "C",
    value double precision NOT NULL,
    higher_is_better boolean DEFAULT true NOT NULL,
    standard_error double precision,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT model_benchmarks_benchmark_check CHECK (((length(benchmark) >= 1) AND (length(benchmark) <= 255))),
    CONSTRAINT model_benchmarks_metric_check CHECK (((length(metric) >= 1) AND (length(metric) <= 255))),
    CONSTRAINT model_benchmarks_standard_error_check CHECK (((standard_error >= (0)::double precision) AND (standard_error <= ('10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric)::double precision))),
    CONSTRAINT model_benchmarks_value_check CHECK ((value < 'NaN'::double precision))
);

COMMENT ON TABLE model_benchmarks IS 'The score of a version on a benchmark; measured again it is replaced.';

CREATE VIEW model_leaderboard_live AS
 SELECT b.benchmark,
    b.metric,
    rank() OVER (PARTITION BY b.benchmark, b.metric ORDER BY
        CASE
            WHEN b.higher_is_better THEN (- b.value)
            ELSE b.value
        END) AS place,
    b.model_version_id,
    m.id AS model_id,
    m.name AS model,
    v.version,
    m.kind,
    v.stage,
    v.architecture,
    v.parameter_count,
    b.value,
    b.standard_error,
    b.higher_is_better,
    b.updated_at AS measured_at,
    m.team_id
   FROM ((model_benchmarks b
     JOIN model_versions v ON ((b.model_version_id = v.id)))
     JOIN models m ON ((v.model_id = m.id)));

COMMENT ON VIEW model_leaderboard_live IS 'The scores of model versions, ranked within each benchmark and metric.';

CREATE MATERIALIZED VIEW model_leaderboard AS
 SELECT benchmark,
    metric,
    place,
    model_version_id,
    model_id,
    model,
    version,
    kind,
    stage,
    architecture,
    parameter_count,
    value,
    standard_error,
    higher_is_better,
    measured_at,
    team_id
   FROM model_leaderboard_live
  WITH NO DATA;

CREATE VIEW model_leaderboard_visible AS
 SELECT benchmark,
    metric,
    place,
    model_version_id,
    model_id,
    model,
    version,
    kind,
    stage,
    architecture,
    parameter_count,
    value,
    standard_error,
    higher_is_better,
    measured_at,
    team_id
   FROM model_leaderboard
  WHERE ((NOT ( SELECT row_security_active(('models'::regclass)::oid) AS row_security_active)) OR (team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[])));

CREATE TABLE model_performance (
    id bigint NOT NULL,
    model_version_id uuid NOT NULL,
    stage text NOT NULL COLLATE "C",
    dataset_version text COLLATE "C",
    metric text NOT NULL COLLATE "C",
    value double precision NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT model_performance_dataset_version_check CHECK (((length(dataset_version) >= 1) AND (length(dataset_version) <= 255))),
    CONSTRAINT model_performance_metric_check CHECK (((length(metric) >= 1) AND (length(metric) <= 255))),
    CONSTRAINT model_performance_stage_check CHECK ((stage = ANY (ARRAY['production'::text, 'staging'::text, 'development'::text, 'archived'::text]))),
    CONSTRAINT model_performance_value_check CHECK ((value < 'NaN'::double precision))
);

COMMENT ON TABLE model_performance IS 'How well a version did on live or fresh data, measured again and again.';

ALTER TABLE model_performance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME model_performance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE neural_configs (
    id uuid NOT NULL,
    name text NOT NULL COLLATE "C",
    config jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT neural_configs_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255)))
);

COMMENT ON TABLE neural_configs IS 'Configurations of neural networks by name.';

CREATE TABLE one_time_tokens (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    purpose text NOT NULL COLLATE "C",
    token_hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT one_time_tokens_expires_at_check CHECK ((expires_at > created_at)),
    CONSTRAINT one_time_tokens_expires_at_range_check CHECK (((EXTRACT(epoch FROM expires_at) >= ('-62135596800'::bigint)::numeric) AND (EXTRACT(epoch FROM expires_at) <= ('253402300799'::bigint)::numeric))),
    CONSTRAINT one_time_tokens_purpose_check CHECK ((purpose = ANY (ARRAY['password_reset'::text, 'email_verification'::text]))),
    CONSTRAINT one_time_tokens_token_hash_check CHECK ((length(token_hash) = 32))
);

COMMENT ON TABLE one_time_tokens IS 'Tokens sent by mail to reset a password or to verify an address; only their hash is kept.';

CREATE TABLE workers (
    worker_id text NOT NULL COLLATE "C",
    address text NOT NULL COLLATE "C",
    status text DEFAULT 'active'::text NOT NULL COLLATE "C",
    capacity bigint DEFAULT 1 NOT NULL,
    current_tasks bigint DEFAULT 0 NOT NULL,
    completed_tasks bigint DEFAULT 0 NOT NULL,
    failed_tasks bigint DEFAULT 0 NOT NULL,
    tags jsonb DEFAULT '[]'::jsonb NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    registered_at timestamp with time zone DEFAULT now() NOT NULL,
    last_heartbeat_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT workers_address_check CHECK (((length(address) >= 1) AND (length(address) <= 255))),
    CONSTRAINT workers_capacity_check CHECK ((capacity >= 1)),
    CONSTRAINT workers_completed_tasks_check CHECK ((completed_tasks >= 0)),
    CONSTRAINT workers_current_tasks_check CHECK ((current_tasks >= 0)),
    CONSTRAINT workers_failed_tasks_check CHECK ((failed_tasks >= 0)),
    CONSTRAINT workers_status_check CHECK ((status = ANY (ARRAY['active'::text, 'draining'::text, 'stopped'::text]))),
    CONSTRAINT workers_worker_id_check CHECK (((length(worker_id) >= 1) AND (length(worker_id) <= 255)))
);

COMMENT ON TABLE workers IS 'Processes that do jobs, and when each was last heard of.';

CREATE VIEW platform_overview_live AS
 WITH counted AS (
         SELECT ('benchmarks' COLLATE "C") AS entity,
            (benchmarks.status COLLATE "C") AS status,
            count(*) AS total
           FROM benchmarks
          GROUP BY benchmarks.status
        UNION ALL
         SELECT 'checkpoints'::text AS entity,
            ''::text AS status,
            count(*) AS total
           FROM checkpoints
        UNION ALL
         SELECT 'comparison_results'::text AS entity,
            ''::text AS status,
            count(*) AS total
           FROM comparison_results
        UNION ALL
         SELECT 'corpus_texts'::text AS entity,
            ''::text AS status,
            count(*) AS total
           FROM corpus_texts
        UNION ALL
         SELECT 'datasets'::text AS entity,
            ''::text AS status,
            count(*) AS total
           FROM datasets
        UNION ALL
         SELECT 'evaluations'::text AS entity,
                CASE
                    WHEN (evaluations.human_rating IS NULL) THEN 'unrated'::text
                    ELSE 'rated'::text
                END AS status,
            count(*) AS total
           FROM evaluations
          GROUP BY
                CASE
                    WHEN (evaluations.human_rating IS NULL) THEN 'unrated'::text
                    ELSE 'rated'::text
                END
        UNION ALL
         SELECT 'experiments'::text AS entity,
            experiments.status,
            count(*) AS total
           FROM experiments
          GROUP BY experiments.status
        UNION ALL
         SELECT 'generations'::text AS entity,
            ''::text AS status,
            count(*) AS total
           FROM generations
        UNION ALL
         SELECT 'inference_requests'::text AS entity,
            inference_requests.status,
            count(*) AS total
           FROM inference_requests
          GROUP BY inference_requests.status
        UNION ALL
         SELECT 'inference_sessions'::text AS entity,
                CASE
                    WHEN (inference_sessions.closed_at IS NULL) THEN 'open'::text
                    ELSE 'closed'::text
                END AS status,
            count(*) AS total
           FROM inference_sessions
          GROUP BY
                CASE
                    WHEN (inference_sessions.closed_at IS NULL) THEN 'open'::text
                    ELSE 'closed'::text
                END
        UNION ALL
         SELECT 'jobs'::text AS entity,
            jobs.state AS status,
            count(*) AS total
           FROM jobs
          GROUP BY jobs.state
        UNION ALL
         SELECT 'model_versions'::text AS entity,
            model_versions.stage AS status,
            count(*) AS total
           FROM model_versions
          GROUP BY model_versions.stage
        UNION ALL
         SELECT 'models'::text AS entity,
            models.kind AS status,
            count(*) AS total
           FROM models
          GROUP BY models.kind
        UNION ALL
         SELECT 'neural_configs'::text AS entity,
            ''::text AS status,
            count(*) AS total
           FROM neural_configs
        UNION ALL
         SELECT 'predictions'::text AS entity,
            predictions.status,
            count(*) AS total
           FROM predictions
          GROUP BY predictions.status
        UNION ALL
         SELECT 'teams'::text AS entity,
            ''::text AS status,
            count(*) AS total
           FROM teams
        UNION ALL
         SELECT 'training_runs'::text AS entity,
            training_runs.status,
            count(*) AS total
           FROM training_runs
          GROUP BY training_runs.status
        UNION ALL
         SELECT 'users'::text AS entity,
            ''::text AS status,
            count(*) AS total
           FROM users
        UNION ALL
         SELECT 'workers'::text AS entity,
            workers.status,
            count(*) AS total
           FROM workers
          GROUP BY workers.status
        )
 SELECT entity,
    status,
    total
   FROM counted
  WHERE (total > 0);

COMMENT ON VIEW platform_overview_live IS 'How many of each entity there are, by what its status, state, stage or kind is; the empty text where it has none.';

CREATE MATERIALIZED VIEW platform_overview AS
 SELECT entity,
    status,
    total
   FROM platform_overview_live
  WITH NO DATA;

ALTER TABLE predictions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME predictions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW recent_activity_live AS
 WITH runs AS (
         SELECT COALESCE(training_runs.finished_at, training_runs.started_at, training_runs.created_at) AS at,
            'training_run'::text AS entity,
            training_runs.id AS entity_id,
            training_runs.name,
            training_runs.status,
            training_runs.team_id
           FROM training_runs
          ORDER BY COALESCE(training_runs.finished_at, training_runs.started_at, training_runs.created_at) DESC, training_runs.id DESC
         LIMIT 100
        ), trials AS (
         SELECT COALESCE(experiments.finished_at, experiments.started_at, experiments.created_at) AS at,
            'experiment'::text AS entity,
            experiments.id AS entity_id,
            experiments.name,
            experiments.status,
            experiments.team_id
           FROM experiments
          ORDER BY COALESCE(experiments.finished_at, experiments.started_at, experiments.created_at) DESC, experiments.id DESC
         LIMIT 100
        ), tests AS (
         SELECT COALESCE(benchmarks.completed_at, benchmarks.started_at, benchmarks.created_at) AS at,
            'benchmark'::text AS entity,
            benchmarks.id AS entity_id,
            benchmarks.name,
            benchmarks.status,
            benchmarks.team_id
           FROM benchmarks
          ORDER BY COALESCE(benchmarks.completed_at, benchmarks.started_at, benchmarks.created_at) DESC, benchmarks.id DESC
         LIMIT 100
        ), data AS (
         SELECT datasets.created_at AS at,
            'dataset'::text AS entity,
            datasets.id AS entity_id,
            ((datasets.name || ':'::text) || datasets.version) AS name,
            'registered'::text AS status,
            datasets.team_id
           FROM datasets
          ORDER BY datasets.created_at DESC, datasets.id DESC
         LIMIT 100
        ), versions AS (
         SELECT v.created_at AS at,
            'model_version'::text AS entity,
            v.id AS entity_id,
            ((m.name || ':'::text) || v.version) AS name,
            v.stage AS status,
            m.team_id
           FROM (model_versions v
             JOIN models m ON ((v.model_id = m.id)))
          ORDER BY v.created_at DESC, v.id DESC
         LIMIT 100
        ), comparisons AS (
         SELECT comparison_results.created_at AS at,
            'comparison'::text AS entity,
            comparison_results.id AS entity_id,
            ((comparison_results.a_label || ' / '::text) || comparison_results.b_label) AS name,
            COALESCE(comparison_results.winner, 'unknown'::text) AS status,
            NULL::uuid AS team_id
           FROM comparison_results
          ORDER BY comparison_results.created_at DESC, comparison_results.id DESC
         LIMIT 100
        ), events AS (
         SELECT runs.at,
            runs.entity,
            runs.entity_id,
            runs.name,
            runs.status,
            runs.team_id
           FROM runs
        UNION ALL
         SELECT trials.at,
            trials.entity,
            trials.entity_id,
            trials.name,
            trials.status,
            trials.team_id
           FROM trials
        UNION ALL
         SELECT tests.at,
            tests.entity,
            tests.entity_id,
            tests.name,
            tests.status,
            tests.team_id
           FROM tests
        UNION ALL
         SELECT data.at,
            data.entity,
            data.entity_id,
            data.name,
            data.status,
            data.team_id
           FROM data
        UNION ALL
         SELECT versions.at,
            versions.entity,
            versions.entity_id,
            versions.name,
            versions.status,
            versions.team_id
           FROM versions
        UNION ALL
         SELECT comparisons.at,
            comparisons.entity,
            comparisons.entity_id,
            comparisons.name,
            comparisons.status,
            comparisons.team_id
           FROM comparisons
        )
 SELECT at,
    (entity COLLATE "C") AS entity,
    entity_id,
    (name COLLATE "C") AS name,
    (status COLLATE "C") AS status,
    team_id
   FROM events
  ORDER BY at DESC, (entity COLLATE "C"), entity_id
 LIMIT 100;

COMMENT ON VIEW recent_activity_live IS 'The hundred things that were last begun, ended, registered or compared.';

CREATE MATERIALIZED VIEW recent_activity AS
 SELECT at,
    entity,
    entity_id,
    name,
    status,
    team_id
   FROM recent_activity_live
  WITH NO DATA;

CREATE VIEW recent_activity_visible AS
 SELECT at,
    entity,
    entity_id,
    name,
    status,
    team_id
   FROM recent_activity
  WHERE ((NOT ( SELECT row_security_active(('models'::regclass)::oid) AS row_security_active)) OR ((team_id IS NULL) AND (entity <> 'comparison'::text)) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[])) OR ( SELECT every_team_is_visible() AS every_team_is_visible));

CREATE TABLE retention_policies (
    table_name text NOT NULL COLLATE "C",
    keep_days bigint NOT NULL,
    action text DEFAULT 'delete'::text NOT NULL COLLATE "C",
    enabled boolean DEFAULT true NOT NULL,
    last_run_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT retention_policies_action_check CHECK ((action = ANY (ARRAY['delete'::text, 'archive'::text]))),
    CONSTRAINT retention_policies_keep_days_check CHECK (((keep_days >= 1) AND (keep_days <= 36500))),
    CONSTRAINT retention_policies_table_name_check CHECK (((length(table_name) >= 1) AND (length(table_name) <= 63)))
);

COMMENT ON TABLE retention_policies IS 'How long the rows of a table are kept, and what is done with older ones.';

CREATE TABLE role_permissions (
    role text NOT NULL COLLATE "C",
    action text NOT NULL COLLATE "C",
    entity_type text NOT NULL COLLATE "C",
    reach text DEFAULT 'all'::text NOT NULL COLLATE "C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT role_permissions_action_check CHECK (((length(action) >= 1) AND (length(action) <= 100))),
    CONSTRAINT role_permissions_entity_type_length_check CHECK (((length(entity_type) >= 1) AND (length(entity_type) <= 100))),
    CONSTRAINT role_permissions_reach_check CHECK ((reach = ANY (ARRAY['all'::text, 'team'::text, 'own'::text]))),
    CONSTRAINT role_permissions_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'researcher'::text, 'user'::text])))
);

COMMENT ON TABLE role_permissions IS 'What a role may do with which kind of entity; what is not here is denied.';

CREATE TABLE run_metric_summary (
    run_id uuid NOT NULL,
    name text NOT NULL COLLATE "C",
    points bigint NOT NULL,
    nan_points bigint NOT NULL,
    first_step bigint NOT NULL,
    last_step bigint NOT NULL,
    first_value double precision,
    last_value double precision,
    min_value double precision,
    min_step bigint,
    max_value double precision,
    max_step bigint,
    avg_value double precision,
    last_recorded_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE run_metric_summary IS 'Each metric of a run in one row, as of the last refresh.';

CREATE TABLE training_metrics (
    id bigint NOT NULL,
    run_id uuid NOT NULL,
    name text NOT NULL COLLATE "C",
    step bigint NOT NULL,
    value double precision,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT training_metrics_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT training_metrics_step_check CHECK ((step >= 0)),
    CONSTRAINT training_metrics_value_check CHECK ((value < 'NaN'::double precision))
);

COMMENT ON TABLE training_metrics IS 'Metrics of a run, step by step; a step logged again is one more row.';

CREATE VIEW run_metric_summary_live AS
 SELECT run_id,
    name,
    points,
    nan_points,
    first_step,
    last_step,
    ( SELECT m.value
           FROM training_metrics m
          WHERE ((m.run_id = s.run_id) AND (m.name = s.name))
          ORDER BY m.step, m.id
         LIMIT 1) AS first_value,
    ( SELECT m.value
           FROM training_metrics m
          WHERE ((m.run_id = s.run_id) AND (m.name = s.name))
          ORDER BY m.step DESC, m.id DESC
         LIMIT 1) AS last_value,
    min_value,
    min_step,
    max_value,
    max_step,
    avg_value,
    last_recorded_at
   FROM ( SELECT points.run_id,
            points.name,
            count(*) AS points,
            (count(*) - count(points.value)) AS nan_points,
            min(points.step) AS first_step,
            max(points.step) AS last_step,
            min(points.value) AS min_value,
            min(points.step) FILTER (WHERE (points.value = points.lowest)) AS min_step,
            max(points.value) AS max_value,
            min(points.step) FILTER (WHERE (points.value = points.highest)) AS max_step,
            avg(points.value) FILTER (WHERE ((points.value >= ('-10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric)::double precision) AND (points.value <= ('10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric)::double precision))) AS avg_value,
            max(points.recorded_at) AS last_recorded_at
           FROM ( SELECT training_metrics.run_id,
                    training_metrics.name,
                    training_metrics.step,
                    training_metrics.value,
                    training_metrics.recorded_at,
                    min(training_metrics.value) OVER metric AS lowest,
                    max(training_metrics.value) OVER metric AS highest
                   FROM training_metrics
                  WINDOW metric AS (PARTITION BY training_metrics.run_id, training_metrics.name)) points
          GROUP BY points.run_id, points.name) s;

COMMENT ON VIEW run_metric_summary_live IS 'Each metric of a run in one row: how many points, the first, last, lowest and highest value and their steps.';

CREATE TABLE run_metric_summary_touched (
    id bigint NOT NULL,
    run_id uuid
);

COMMENT ON TABLE run_metric_summary_touched IS 'The runs whose metrics have changed since the last refresh of run_metric_summary, which empties it.';

ALTER TABLE run_metric_summary_touched ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME run_metric_summary_touched_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE schema_migrations (
    version bigint NOT NULL,
    name text NOT NULL,
    text_checksum text NOT NULL,
    sql_checksum text NOT NULL,
    state text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    duration_ms bigint,
    CONSTRAINT schema_migrations_state_check CHECK ((state = ANY (ARRAY['started'::text, 'applied'::text, 'baseline'::text, 'reverting'::text])))
);

COMMENT ON TABLE schema_migrations IS 'What was applied to this database, by which text, and when.';

ALTER TABLE system_metrics ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME system_metrics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE training_metrics ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME training_metrics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW training_run_summary_live AS
 SELECT r.id AS run_id,
    r.name,
    r.status,
    r.dataset_id,
    ((d.name || ':'::text) || d.version) AS dataset,
    COALESCE(( SELECT min(made.architecture) AS min
           FROM model_versions made
          WHERE (made.training_run_id = r.id)), base.architecture) AS architecture,
    r.duration_seconds,
    r.started_at,
    r.finished_at,
    r.created_at,
    date_trunc('day'::text, r.created_at, 'UTC'::text) AS day,
    date_trunc('week'::text, r.created_at, 'UTC'::text) AS week,
    date_trunc('month'::text, r.created_at, 'UTC'::text) AS month,
    r.team_id
   FROM ((training_runs r
     LEFT JOIN datasets d ON ((r.dataset_id = d.id)))
     LEFT JOIN model_versions base ON ((r.model_version_id = base.id)));

COMMENT ON VIEW training_run_summary_live IS 'Each run with its dataset, its architecture, and the day, week (from Monday) and month of its creation in UTC.';

CREATE MATERIALIZED VIEW training_run_summary AS
 SELECT run_id,
    name,
    status,
    dataset_id,
    dataset,
    architecture,
    duration_seconds,
    started_at,
    finished_at,
    created_at,
    day,
    week,
    month,
    team_id
   FROM training_run_summary_live
  WITH NO DATA;

CREATE VIEW training_run_summary_visible AS
 SELECT run_id,
    name,
    status,
    dataset_id,
    dataset,
    architecture,
    duration_seconds,
    started_at,
    finished_at,
    created_at,
    day,
    week,
    month,
    team_id
   FROM training_run_summary
  WHERE ((NOT ( SELECT row_security_active(('models'::regclass)::oid) AS row_security_active)) OR (team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[])));

CREATE TABLE view_refreshes (
    view_name text NOT NULL COLLATE "C",
    started_at timestamp with time zone,
    refreshed_at timestamp with time zone,
    duration_ms bigint,
    row_count bigint,
    last_error text,
    last_error_at timestamp with time zone
);

COMMENT ON TABLE view_refreshes IS 'When each materialized view was refreshed, and what went wrong last.';

ALTER TABLE ONLY accuracy_metrics
    ADD CONSTRAINT accuracy_metrics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY api_keys
    ADD CONSTRAINT api_keys_public_id_key UNIQUE (public_id);

ALTER TABLE ONLY audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (id);

ALTER TABLE ONLY audit_logs
    ADD CONSTRAINT audit_logs_hash_key UNIQUE (hash);

ALTER TABLE ONLY audit_logs
    ADD CONSTRAINT audit_logs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY audit_logs
    ADD CONSTRAINT audit_logs_position_key UNIQUE ("position");

ALTER TABLE ONLY audit_logs
    ADD CONSTRAINT audit_logs_previous_hash_key UNIQUE (previous_hash);

ALTER TABLE ONLY audited_tables
    ADD CONSTRAINT audited_tables_pkey PRIMARY KEY (table_name);

ALTER TABLE ONLY benchmarks
    ADD CONSTRAINT benchmarks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (id);

ALTER TABLE ONLY comparison_results
    ADD CONSTRAINT comparison_results_pkey PRIMARY KEY (id);

ALTER TABLE ONLY corpus_passages
    ADD CONSTRAINT corpus_passages_corpus_text_id_position_key UNIQUE (corpus_text_id, "position");

ALTER TABLE ONLY corpus_passages
    ADD CONSTRAINT corpus_passages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY corpus_texts
    ADD CONSTRAINT corpus_texts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY dataset_splits
    ADD CONSTRAINT dataset_splits_dataset_id_name_key UNIQUE (dataset_id, name);

ALTER TABLE ONLY dataset_splits
    ADD CONSTRAINT dataset_splits_pkey PRIMARY KEY (id);

ALTER TABLE ONLY datasets
    ADD CONSTRAINT datasets_name_version_digest_key UNIQUE (name, version, digest);

ALTER TABLE ONLY datasets
    ADD CONSTRAINT datasets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY erasures
    ADD CONSTRAINT erasures_pkey PRIMARY KEY (id);

ALTER TABLE ONLY evaluations
    ADD CONSTRAINT evaluations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY experiment_runs
    ADD CONSTRAINT experiment_runs_pkey PRIMARY KEY (experiment_id, training_run_id);

ALTER TABLE ONLY experiments
    ADD CONSTRAINT experiments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY generations
    ADD CONSTRAINT generations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY inference_requests
    ADD CONSTRAINT inference_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY inference_sessions
    ADD CONSTRAINT inference_sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY job_queues
    ADD CONSTRAINT job_queues_pkey PRIMARY KEY (name);

ALTER TABLE ONLY job_schedules
    ADD CONSTRAINT job_schedules_pkey PRIMARY KEY (name);

ALTER TABLE ONLY jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY login_attempts
    ADD CONSTRAINT login_attempts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY markov_models
    ADD CONSTRAINT markov_models_pkey PRIMARY KEY (dataset_id, n);

ALTER TABLE ONLY markov_ngrams
    ADD CONSTRAINT markov_ngrams_pkey PRIMARY KEY (dataset_id, n, context, next_char);

ALTER TABLE ONLY markov_texts
    ADD CONSTRAINT markov_texts_pkey PRIMARY KEY (dataset_id, n, corpus_text_id);

ALTER TABLE ONLY model_aliases
    ADD CONSTRAINT model_aliases_pkey PRIMARY KEY (model_id, alias);

ALTER TABLE ONLY model_benchmarks
    ADD CONSTRAINT model_benchmarks_model_version_id_benchmark_metric_key UNIQUE (model_version_id, benchmark, metric);

ALTER TABLE ONLY model_benchmarks
    ADD CONSTRAINT model_benchmarks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY model_performance
    ADD CONSTRAINT model_performance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY model_versions
    ADD CONSTRAINT model_versions_model_id_id_key UNIQUE (model_id, id);

ALTER TABLE ONLY model_versions
    ADD CONSTRAINT model_versions_model_id_version_key UNIQUE (model_id, version);

ALTER TABLE ONLY model_versions
    ADD CONSTRAINT model_versions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY models
    ADD CONSTRAINT models_name_key UNIQUE (name);

ALTER TABLE ONLY models
    ADD CONSTRAINT models_pkey PRIMARY KEY (id);

ALTER TABLE ONLY neural_configs
    ADD CONSTRAINT neural_configs_name_key UNIQUE (name);

ALTER TABLE ONLY neural_configs
    ADD CONSTRAINT neural_configs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY one_time_tokens
    ADD CONSTRAINT one_time_tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY one_time_tokens
    ADD CONSTRAINT one_time_tokens_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY predictions
    ADD CONSTRAINT predictions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY predictions
    ADD CONSTRAINT predictions_request_id_key UNIQUE (request_id);

ALTER TABLE ONLY retention_policies
    ADD CONSTRAINT retention_policies_pkey PRIMARY KEY (table_name);

ALTER TABLE ONLY role_permissions
    ADD CONSTRAINT role_permissions_pkey PRIMARY KEY (role, action, entity_type);

ALTER TABLE ONLY run_metric_summary
    ADD CONSTRAINT run_metric_summary_pkey PRIMARY KEY (run_id, name);

ALTER TABLE ONLY run_metric_summary_touched
    ADD CONSTRAINT run_metric_summary_touched_pkey PRIMARY KEY (id);

ALTER TABLE ONLY schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY sessions
    ADD CONSTRAINT sessions_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY system_metrics
    ADD CONSTRAINT system_metrics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY team_members
    ADD CONSTRAINT team_members_pkey PRIMARY KEY (team_id, user_id);

ALTER TABLE ONLY teams
    ADD CONSTRAINT teams_name_key UNIQUE (name);

ALTER TABLE ONLY teams
    ADD CONSTRAINT teams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY training_metrics
    ADD CONSTRAINT training_metrics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY training_runs
    ADD CONSTRAINT training_runs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY users
    ADD CONSTRAINT users_email_key UNIQUE (email);

ALTER TABLE ONLY users
    ADD CONSTRAINT users_folded_username_key UNIQUE (folded_username);

ALTER TABLE ONLY users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY users
    ADD CONSTRAINT users_username_key UNIQUE (username);

ALTER TABLE ONLY view_refreshes
    ADD CONSTRAINT view_refreshes_pkey PRIMARY KEY (view_name);

ALTER TABLE ONLY workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (worker_id);

CREATE INDEX accuracy_metrics_checkpoint_id_idx ON accuracy_metrics USING btree (checkpoint_id, id DESC);

CREATE INDEX accuracy_metrics_metric_type_idx ON accuracy_metrics USING btree (metric_type, id DESC);

CREATE INDEX api_keys_user_id_idx ON api_keys USING btree (user_id, created_at DESC, id DESC);

CREATE INDEX audit_logs_actor_id_idx ON audit_logs USING btree (actor_id, id DESC);

CREATE INDEX audit_logs_created_at_idx ON audit_logs USING btree (created_at);

CREATE INDEX audit_logs_entity_idx ON audit_logs USING btree (entity_type, entity_id, id DESC);

CREATE INDEX benchmarks_created_at_idx ON benchmarks USING btree (created_at DESC, id DESC);

CREATE INDEX benchmarks_created_by_idx ON benchmarks USING btree (created_by) WHERE (created_by IS NOT NULL);

CREATE INDEX benchmarks_dataset_id_idx ON benchmarks USING btree (dataset_id) WHERE (dataset_id IS NOT NULL);

CREATE INDEX benchmarks_model_version_id_idx ON benchmarks USING btree (model_version_id) WHERE (model_version_id IS NOT NULL);

CREATE INDEX benchmarks_provider_idx ON benchmarks USING btree (provider, model, created_at DESC, id DESC);

CREATE INDEX benchmarks_status_idx ON benchmarks USING btree (status, created_at DESC, id DESC);

CREATE INDEX benchmarks_team_id_idx ON benchmarks USING btree (team_id, created_at DESC, id DESC) WHERE (team_id IS NOT NULL);

CREATE UNIQUE INDEX checkpoints_best_key ON checkpoints USING btree (run_id) WHERE is_best;

CREATE INDEX checkpoints_created_at_idx ON checkpoints USING btree (created_at DESC, id DESC);

CREATE INDEX checkpoints_run_id_idx ON checkpoints USING btree (run_id, created_at DESC, id DESC);

CREATE INDEX comparison_results_a_id_idx ON comparison_results USING btree (a_id, created_at DESC, id DESC);

CREATE INDEX comparison_results_b_id_idx ON comparison_results USING btree (b_id, created_at DESC, id DESC);

CREATE INDEX comparison_results_created_at_idx ON comparison_results USING btree (created_at DESC, id DESC);

CREATE INDEX comparison_results_created_by_idx ON comparison_results USING btree (created_by) WHERE (created_by IS NOT NULL);

CREATE INDEX comparison_results_experiment_id_idx ON comparison_results USING btree (experiment_id, created_at DESC, id DESC);

CREATE INDEX corpus_passages_search_idx ON corpus_passages USING gin (search);

CREATE INDEX corpus_passages_word_count_idx ON corpus_passages USING btree (word_count);

CREATE INDEX corpus_texts_source_idx ON corpus_texts USING btree (source, id);

CREATE INDEX corpus_texts_split_id_idx ON corpus_texts USING btree (split_id, id);

CREATE UNIQUE INDEX daily_resources_key ON daily_resources USING btree (day, source, name, unit);

CREATE UNIQUE INDEX daily_usage_key ON daily_usage USING btree (day, kind, model);

CREATE UNIQUE INDEX dataset_usage_key ON dataset_usage USING btree (dataset_id);

CREATE INDEX dataset_usage_runs_idx ON dataset_usage USING btree (runs DESC, dataset_id DESC);

CREATE INDEX datasets_created_at_idx ON datasets USING btree (created_at DESC, id DESC);

CREATE INDEX datasets_created_by_idx ON datasets USING btree (created_by) WHERE (created_by IS NOT NULL);

CREATE INDEX datasets_digest_idx ON datasets USING btree (digest, created_at DESC, id DESC);

CREATE INDEX datasets_team_id_idx ON datasets USING btree (team_id, created_at DESC, id DESC) WHERE (team_id IS NOT NULL);

CREATE INDEX erasures_created_at_idx ON erasures USING btree (created_at DESC, id DESC);

CREATE INDEX erasures_erased_by_idx ON erasures USING btree (erased_by) WHERE (erased_by IS NOT NULL);

CREATE INDEX erasures_subject_id_idx ON erasures USING btree (subject_id);

CREATE UNIQUE INDEX evaluated_models_key ON evaluated_models USING btree (provider, model, model_version_id, team_id);

CREATE INDEX evaluations_benchmark_id_idx ON evaluations USING btree (benchmark_id, created_at DESC, id DESC);

CREATE INDEX evaluations_cost_usd_idx ON evaluations USING btree (cost_usd, id) WHERE (cost_usd IS NOT NULL);

CREATE INDEX evaluations_created_at_idx ON evaluations USING btree (created_at DESC, id DESC);

CREATE INDEX evaluations_created_by_idx ON evaluations USING btree (created_by) WHERE (created_by IS NOT NULL);

CREATE INDEX evaluations_experiment_id_idx ON evaluations USING btree (experiment_id, created_at DESC, id DESC);

CREATE INDEX evaluations_human_rating_idx ON evaluations USING btree (human_rating, id) WHERE (human_rating IS NOT NULL);

CREATE INDEX evaluations_input_digest_idx ON evaluations USING btree (input_digest, id) WHERE (input_digest IS NOT NULL);

CREATE INDEX evaluations_latency_ms_idx ON evaluations USING btree (latency_ms, id) WHERE (latency_ms IS NOT NULL);

CREATE INDEX evaluations_metadata_idx ON evaluations USING gin (metadata jsonb_path_ops);

CREATE INDEX evaluations_model_idx ON evaluations USING btree (model, created_at DESC, id DESC);

CREATE INDEX evaluations_model_version_id_idx ON evaluations USING btree (model_version_id, created_at DESC, id DESC);

CREATE INDEX evaluations_rated_idx ON evaluations USING btree (created_at DESC, id DESC, human_rating) WHERE (human_rating IS NOT NULL);

CREATE INDEX evaluations_score_idx ON evaluations USING btree (score, id) WHERE (score IS NOT NULL);

CREATE INDEX evaluations_search_idx ON evaluations USING gin (search);

CREATE INDEX evaluations_team_id_idx ON evaluations USING btree (team_id, created_at DESC, id DESC) WHERE (team_id IS NOT NULL);

CREATE INDEX experiment_runs_training_run_id_idx ON experiment_runs USING btree (training_run_id);

CREATE INDEX experiment_summary_created_at_idx ON experiment_summary USING btree (created_at DESC, experiment_id DESC);

CREATE UNIQUE INDEX experiment_summary_key ON experiment_summary USING btree (experiment_id);

CREATE INDEX experiments_created_at_idx ON experiments USING btree (created_at DESC, id DESC);

CREATE INDEX experiments_created_by_idx ON experiments USING btree (created_by) WHERE (created_by IS NOT NULL);

CREATE INDEX experiments_dataset_id_idx ON experiments USING btree (dataset_id, created_at DESC, id DESC);

CREATE INDEX experiments_model_version_id_idx ON experiments USING btree (model_version_id, created_at DESC, id DESC);

CREATE INDEX experiments_status_idx ON experiments USING btree (status, created_at DESC, id DESC);

CREATE INDEX experiments_team_id_idx ON experiments USING btree (team_id, created_at DESC, id DESC) WHERE (team_id IS NOT NULL);

CREATE INDEX generations_created_at_idx ON generations USING btree (created_at DESC, id DESC);

CREATE INDEX generations_model_idx ON generations USING btree (model, created_at DESC, id DESC);

CREATE INDEX generations_model_version_id_idx ON generations USING btree (model_version_id) WHERE (model_version_id IS NOT NULL);

CREATE INDEX inference_requests_created_at_idx ON inference_requests USING btree (created_at);

CREATE INDEX inference_requests_session_id_idx ON inference_requests USING btree (session_id, id DESC);

CREATE INDEX inference_sessions_created_at_idx ON inference_sessions USING btree (created_at DESC, id DESC);

CREATE INDEX inference_sessions_model_version_id_idx ON inference_sessions USING btree (model_version_id, created_at DESC, id DESC);

CREATE INDEX inference_sessions_user_id_idx ON inference_sessions USING btree (user_id, created_at DESC, id DESC);

CREATE INDEX job_schedules_next_run_at_idx ON job_schedules USING btree (next_run_at, name) WHERE enabled;

CREATE INDEX jobs_available_idx ON jobs USING btree (queue, priority DESC, run_at, id) WHERE (state = 'available'::text);

CREATE INDEX jobs_created_at_idx ON jobs USING btree (created_at DESC, id DESC) WHERE (max_attempts > 0);

CREATE INDEX jobs_over_idx ON jobs USING btree (state, completed_at DESC, id DESC) WHERE (completed_at IS NOT NULL);

CREATE INDEX jobs_running_idx ON jobs USING btree (worker_id, id) WHERE (state = 'running'::text);

CREATE UNIQUE INDEX jobs_unique_key_key ON jobs USING btree (unique_key) WHERE ((unique_key IS NOT NULL) AND (strpos(unique_states, state) > 0));

CREATE INDEX login_attempts_attempted_at_idx ON login_attempts USING btree (attempted_at);

CREATE INDEX login_attempts_email_idx ON login_attempts USING btree (email, attempted_at DESC);

CREATE INDEX login_attempts_ip_address_idx ON login_attempts USING btree (ip_address, attempted_at DESC);

CREATE INDEX markov_texts_corpus_text_id_idx ON markov_texts USING btree (corpus_text_id);

CREATE INDEX model_aliases_model_version_id_idx ON model_aliases USING btree (model_version_id);

CREATE INDEX model_aliases_version_idx ON model_aliases USING btree (model_id, model_version_id);

CREATE INDEX model_benchmarks_benchmark_idx ON model_benchmarks USING btree (benchmark, metric, value DESC, id);

CREATE INDEX model_benchmarks_dataset_id_idx ON model_benchmarks USING btree (dataset_id) WHERE (dataset_id IS NOT NULL);

CREATE UNIQUE INDEX model_leaderboard_key ON model_leaderboard USING btree (benchmark, metric, model_version_id);

CREATE INDEX model_leaderboard_place_idx ON model_leaderboard USING btree (benchmark, metric, place, model_version_id);

CREATE INDEX model_performance_model_version_id_metric_idx ON model_performance USING btree (model_version_id, metric, recorded_at DESC, id DESC);

CREATE INDEX model_performance_stage_idx ON model_performance USING btree (stage, recorded_at DESC, id DESC);

CREATE INDEX model_versions_created_at_idx ON model_versions USING btree (created_at DESC, id DESC);

CREATE INDEX model_versions_digest_idx ON model_versions USING btree (digest) WHERE (digest IS NOT NULL);

CREATE INDEX model_versions_model_id_idx ON model_versions USING btree (model_id, created_at DESC, id DESC);

CREATE INDEX model_versions_stage_idx ON model_versions USING btree (stage, created_at DESC, id DESC);

CREATE INDEX model_versions_status_idx ON model_versions USING btree (status, created_at DESC, id DESC);

CREATE INDEX model_versions_training_run_id_idx ON model_versions USING btree (training_run_id) WHERE (training_run_id IS NOT NULL);

CREATE INDEX models_created_at_idx ON models USING btree (created_at DESC, id DESC);

CREATE INDEX models_created_by_idx ON models USING btree (created_by) WHERE (created_by IS NOT NULL);

CREATE INDEX models_team_id_idx ON models USING btree (team_id, created_at DESC, id DESC) WHERE (team_id IS NOT NULL);

CREATE INDEX neural_configs_created_at_idx ON neural_configs USING btree (created_at DESC, id DESC);

CREATE INDEX one_time_tokens_expires_at_idx ON one_time_tokens USING btree (expires_at);

CREATE INDEX one_time_tokens_user_id_idx ON one_time_tokens USING btree (user_id);

CREATE UNIQUE INDEX platform_overview_key ON platform_overview USING btree (entity, status);

CREATE INDEX predictions_batch_id_idx ON predictions USING btree (batch_id, id) WHERE (batch_id IS NOT NULL);

CREATE INDEX predictions_created_at_idx ON predictions USING btree (created_at DESC, id DESC);

CREATE INDEX predictions_errors_idx ON predictions USING btree (created_at DESC, id DESC) WHERE (status = 'error'::text);

CREATE INDEX predictions_model_version_id_idx ON predictions USING btree (model_version_id) WHERE (model_version_id IS NOT NULL);

CREATE INDEX predictions_model_version_idx ON predictions USING btree (model_version, created_at DESC, id DESC);

CREATE UNIQUE INDEX recent_activity_key ON recent_activity USING btree (entity, entity_id);

CREATE INDEX run_metric_summary_max_value_idx ON run_metric_summary USING btree (name, max_value DESC, run_id DESC) WHERE (max_value IS NOT NULL);

CREATE INDEX run_metric_summary_min_value_idx ON run_metric_summary USING btree (name, min_value, run_id) WHERE (min_value IS NOT NULL);

CREATE INDEX sessions_expires_at_idx ON sessions USING btree (expires_at);

CREATE INDEX sessions_user_id_idx ON sessions USING btree (user_id, created_at DESC, id DESC);

CREATE INDEX system_metrics_name_recorded_at_idx ON system_metrics USING btree (name, recorded_at DESC, id DESC);

CREATE INDEX system_metrics_recorded_at_idx ON system_metrics USING btree (recorded_at);

CREATE INDEX team_members_user_id_idx ON team_members USING btree (user_id, team_id);

CREATE INDEX training_metrics_run_id_name_step_idx ON training_metrics USING btree (run_id, name, step, id);

CREATE INDEX training_run_summary_created_at_idx ON training_run_summary USING btree (created_at, run_id);

CREATE INDEX training_run_summary_dataset_id_idx ON training_run_summary USING btree (dataset_id, created_at, run_id);

CREATE UNIQUE INDEX training_run_summary_key ON training_run_summary USING btree (run_id);

CREATE INDEX training_runs_corpus_text_id_idx ON training_runs USING btree (corpus_text_id);

CREATE INDEX training_runs_created_at_idx ON training_runs USING btree (created_at DESC, id DESC);

CREATE INDEX training_runs_created_by_idx ON training_runs USING btree (created_by) WHERE (created_by IS NOT NULL);

CREATE INDEX training_runs_dataset_id_idx ON training_runs USING btree (dataset_id, created_at DESC, id DESC);

CREATE INDEX training_runs_model_version_id_idx ON training_runs USING btree (model_version_id) WHERE (model_version_id IS NOT NULL);

CREATE INDEX training_runs_neural_config_id_idx ON training_runs USING btree (neural_config_id, created_at DESC, id DESC);

CREATE INDEX training_runs_parent_run_id_idx ON training_runs USING btree (parent_run_id, created_at DESC, id DESC);

CREATE INDEX training_runs_status_idx ON training_runs USING btree (status, created_at DESC, id DESC);

CREATE INDEX training_runs_team_id_idx ON training_runs USING btree (team_id, created_at DESC, id DESC) WHERE (team_id IS NOT NULL);

CREATE INDEX users_created_at_idx ON users USING btree (created_at DESC, id DESC);

CREATE INDEX workers_last_heartbeat_at_idx ON workers USING btree (last_heartbeat_at DESC, worker_id);

CREATE TRIGGER api_keys_audit_delete AFTER DELETE ON api_keys FOR EACH ROW EXECUTE FUNCTION audit_change('api_keys', 'id', 'key_hash name', '', 'last_used_at refused_at updated_at');

CREATE TRIGGER api_keys_audit_insert AFTER INSERT ON api_keys FOR EACH ROW EXECUTE FUNCTION audit_change('api_keys', 'id', 'key_hash name', '', 'last_used_at refused_at updated_at');

CREATE TRIGGER api_keys_audit_update AFTER UPDATE ON api_keys FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('api_keys', 'id', 'key_hash name', '', 'last_used_at refused_at updated_at');

CREATE TRIGGER api_keys_truncate_check BEFORE TRUNCATE ON api_keys FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_head_begin_check BEFORE INSERT ON audit_head FOR EACH ROW WHEN (((new."position" <> 0) OR (new.hash <> decode(repeat('00'::text, 32), 'hex'::text)))) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_head_delete_check BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_head_forward_check BEFORE UPDATE ON audit_head FOR EACH ROW WHEN ((new."position" <= old."position")) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_head_truncate_check BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_logs_append_only_check BEFORE UPDATE ON audit_logs FOR EACH ROW WHEN ((NOT ((old.id = new.id) AND (NOT (old.actor_id IS DISTINCT FROM new.actor_id)) AND (old.action = new.action) AND (old.entity_type = new.entity_type) AND (NOT (old.entity_id IS DISTINCT FROM new.entity_id)) AND (NOT ((old.changes)::text IS DISTINCT FROM (new.changes)::text)) AND (old.created_at = new.created_at) AND (((NOT (old."position" IS DISTINCT FROM new."position")) AND (NOT (old.actor_digest IS DISTINCT FROM new.actor_digest)) AND (NOT (old.personal_digest IS DISTINCT FROM new.personal_digest)) AND (NOT (old.previous_hash IS DISTINCT FROM new.previous_hash)) AND (NOT (old.hash IS DISTINCT FROM new.hash))) OR ((old."position" IS NULL) AND (new."position" IS NOT NULL) AND (NOT (old.actor_salt IS DISTINCT FROM new.actor_salt)) AND (NOT (old.personal_salt IS DISTINCT FROM new.personal_salt)))) AND (((NOT (old.actor IS DISTINCT FROM new.actor)) AND (NOT (old.ip_address IS DISTINCT FROM new.ip_address)) AND (NOT (old.user_agent IS DISTINCT FROM new.user_agent)) AND (NOT (old.actor_salt IS DISTINCT FROM new.actor_salt))) OR ((new.actor IS NULL) AND (new.ip_address IS NULL) AND (new.user_agent IS NULL) AND (new.actor_salt IS NULL))) AND (((NOT ((old.personal)::text IS DISTINCT FROM (new.personal)::text)) AND (NOT (old.personal_salt IS DISTINCT FROM new.personal_salt))) OR ((new.personal IS NULL) AND (new.personal_salt IS NULL)))))) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_logs_delete_check BEFORE DELETE ON audit_logs FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_logs_erasure_check BEFORE UPDATE ON audit_logs FOR EACH ROW WHEN ((((old.actor_salt IS NOT NULL) AND (new.actor_salt IS NULL)) OR ((old.personal_salt IS NOT NULL) AND (new.personal_salt IS NULL)))) EXECUTE FUNCTION check_audit_erasure();

CREATE TRIGGER audit_logs_insert_check BEFORE INSERT ON audit_logs FOR EACH ROW WHEN (((new."position" IS NOT NULL) OR (new.actor_digest IS NOT NULL) OR (new.personal_digest IS NOT NULL) OR (new.previous_hash IS NOT NULL) OR (new.hash IS NOT NULL))) EXECUTE FUNCTION refuse_change();

CREATE CONSTRAINT TRIGGER audit_logs_seal AFTER INSERT ON audit_logs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION seal_audit_logs();

CREATE TRIGGER audit_logs_truncate_check BEFORE TRUNCATE ON audit_logs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER benchmarks_audit_delete AFTER DELETE ON benchmarks FOR EACH ROW EXECUTE FUNCTION audit_change('benchmarks', 'id', '', '', 'updated_at');

CREATE TRIGGER benchmarks_audit_insert AFTER INSERT ON benchmarks FOR EACH ROW EXECUTE FUNCTION audit_change('benchmarks', 'id', '', '', 'updated_at');

CREATE TRIGGER benchmarks_audit_update AFTER UPDATE ON benchmarks FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('benchmarks', 'id', '', '', 'updated_at');

CREATE TRIGGER benchmarks_status_path_check BEFORE UPDATE OF status ON benchmarks FOR EACH ROW WHEN (((old.status <> new.status) AND (NOT (((old.status = 'pending'::text) AND (new.status = ANY (ARRAY['running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))) OR ((old.status = 'running'::text) AND (new.status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text]))))))) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER benchmarks_truncate_check BEFORE TRUNCATE ON benchmarks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER checkpoints_move_best BEFORE UPDATE OF is_best ON checkpoints FOR EACH ROW WHEN ((new.is_best AND (NOT old.is_best))) EXECUTE FUNCTION checkpoints_move_best();

CREATE TRIGGER corpus_texts_cut_insert AFTER INSERT ON corpus_texts FOR EACH ROW EXECUTE FUNCTION corpus_texts_cut();

CREATE TRIGGER corpus_texts_cut_update AFTER UPDATE OF title, content ON corpus_texts FOR EACH ROW EXECUTE FUNCTION corpus_texts_cut();

CREATE TRIGGER dataset_splits_audit_delete AFTER DELETE ON dataset_splits FOR EACH ROW EXECUTE FUNCTION audit_change('dataset_splits', 'id', '', '', '');

CREATE TRIGGER dataset_splits_audit_insert AFTER INSERT ON dataset_splits FOR EACH ROW EXECUTE FUNCTION audit_change('dataset_splits', 'id', '', '', '');

CREATE TRIGGER dataset_splits_audit_update AFTER UPDATE ON dataset_splits FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('dataset_splits', 'id', '', '', '');

CREATE TRIGGER dataset_splits_truncate_check BEFORE TRUNCATE ON dataset_splits FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER datasets_audit_delete AFTER DELETE ON datasets FOR EACH ROW EXECUTE FUNCTION audit_change('datasets', 'id', '', '', 'updated_at');

CREATE TRIGGER datasets_audit_insert AFTER INSERT ON datasets FOR EACH ROW EXECUTE FUNCTION audit_change('datasets', 'id', '', '', 'updated_at');

CREATE TRIGGER datasets_audit_update AFTER UPDATE ON datasets FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('datasets', 'id', '', '', 'updated_at');

CREATE TRIGGER datasets_truncate_check BEFORE TRUNCATE ON datasets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER erasures_audit_delete AFTER DELETE ON erasures FOR EACH ROW EXECUTE FUNCTION audit_change('erasures', 'id', '', '', '');

CREATE TRIGGER erasures_audit_insert AFTER INSERT ON erasures FOR EACH ROW EXECUTE FUNCTION audit_change('erasures', 'id', '', '', '');

CREATE TRIGGER erasures_audit_update AFTER UPDATE ON erasures FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('erasures', 'id', '', '', '');

CREATE TRIGGER erasures_truncate_check BEFORE TRUNCATE ON erasures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER experiment_runs_audit_delete AFTER DELETE ON experiment_runs FOR EACH ROW EXECUTE FUNCTION audit_change('experiment_runs', 'experiment_id training_run_id', '', '', '');

CREATE TRIGGER experiment_runs_audit_insert AFTER INSERT ON experiment_runs FOR EACH ROW EXECUTE FUNCTION audit_change('experiment_runs', 'experiment_id training_run_id', '', '', '');

CREATE TRIGGER experiment_runs_audit_update AFTER UPDATE ON experiment_runs FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('experiment_runs', 'experiment_id training_run_id', '', '', '');

CREATE TRIGGER experiment_runs_truncate_check BEFORE TRUNCATE ON experiment_runs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER experiments_audit_delete AFTER DELETE ON experiments FOR EACH ROW EXECUTE FUNCTION audit_change('experiments', 'id', '', '', 'duration_seconds updated_at');

CREATE TRIGGER experiments_audit_insert AFTER INSERT ON experiments FOR EACH ROW EXECUTE FUNCTION audit_change('experiments', 'id', '', '', 'duration_seconds updated_at');

CREATE TRIGGER experiments_audit_update AFTER UPDATE ON experiments FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('experiments', 'id', '', '', 'duration_seconds updated_at');

CREATE TRIGGER experiments_status_path_check BEFORE UPDATE OF status ON experiments FOR EACH ROW WHEN (((old.status <> new.status) AND (NOT (((old.status = 'pending'::text) AND (new.status = ANY (ARRAY['running'::text, 'failed'::text, 'cancelled'::text]))) OR ((old.status = 'running'::text) AND (new.status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text]))))))) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER experiments_truncate_check BEFORE TRUNCATE ON experiments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER jobs_notify AFTER INSERT ON jobs REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION notify_jobs();

CREATE TRIGGER jobs_state_path_check BEFORE UPDATE OF state ON jobs FOR EACH ROW WHEN (((old.state <> new.state) AND (NOT (((old.state = 'available'::text) AND (new.state = ANY (ARRAY['running'::text, 'cancelled'::text]))) OR ((old.state = 'running'::text) AND (new.state = ANY (ARRAY['available'::text, 'completed'::text, 'cancelled'::text, 'dead'::text]))) OR ((old.state = ANY (ARRAY['cancelled'::text, 'dead'::text])) AND (new.state = 'available'::text)))))) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER model_aliases_audit_delete AFTER DELETE ON model_aliases FOR EACH ROW EXECUTE FUNCTION audit_change('model_aliases', 'model_id alias', '', '', 'updated_at');

CREATE TRIGGER model_aliases_audit_insert AFTER INSERT ON model_aliases FOR EACH ROW EXECUTE FUNCTION audit_change('model_aliases', 'model_id alias', '', '', 'updated_at');

CREATE TRIGGER model_aliases_audit_update AFTER UPDATE ON model_aliases FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('model_aliases', 'model_id alias', '', '', 'updated_at');

CREATE TRIGGER model_aliases_truncate_check BEFORE TRUNCATE ON model_aliases FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER model_versions_audit_delete AFTER DELETE ON model_versions FOR EACH ROW EXECUTE FUNCTION audit_change('model_versions', 'id', '', '', 'updated_at');

CREATE TRIGGER model_versions_audit_insert AFTER INSERT ON model_versions FOR EACH ROW EXECUTE FUNCTION audit_change('model_versions', 'id', '', '', 'updated_at');

CREATE TRIGGER model_versions_audit_update AFTER UPDATE ON model_versions FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('model_versions', 'id', '', '', 'updated_at');

CREATE TRIGGER model_versions_truncate_check BEFORE TRUNCATE ON model_versions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER models_audit_delete AFTER DELETE ON models FOR EACH ROW EXECUTE FUNCTION audit_change('models', 'id', '', '', 'updated_at');

CREATE TRIGGER models_audit_insert AFTER INSERT ON models FOR EACH ROW EXECUTE FUNCTION audit_change('models', 'id', '', '', 'updated_at');

CREATE TRIGGER models_audit_update AFTER UPDATE ON models FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('models', 'id', '', '', 'updated_at');

CREATE TRIGGER models_truncate_check BEFORE TRUNCATE ON models FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER retention_policies_audit_delete AFTER DELETE ON retention_policies FOR EACH ROW EXECUTE FUNCTION audit_change('retention_policies', 'table_name', '', '', 'last_run_at updated_at');

CREATE TRIGGER retention_policies_audit_insert AFTER INSERT ON retention_policies FOR EACH ROW EXECUTE FUNCTION audit_change('retention_policies', 'table_name', '', '', 'last_run_at updated_at');

CREATE TRIGGER retention_policies_audit_update AFTER UPDATE ON retention_policies FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('retention_policies', 'table_name', '', '', 'last_run_at updated_at');

CREATE TRIGGER retention_policies_truncate_check BEFORE TRUNCATE ON retention_policies FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER role_permissions_audit_delete AFTER DELETE ON role_permissions FOR EACH ROW EXECUTE FUNCTION audit_change('role_permissions', 'role action entity_type', '', '', '');

CREATE TRIGGER role_permissions_audit_insert AFTER INSERT ON role_permissions FOR EACH ROW EXECUTE FUNCTION audit_change('role_permissions', 'role action entity_type', '', '', '');

CREATE TRIGGER role_permissions_audit_update AFTER UPDATE ON role_permissions FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('role_permissions', 'role action entity_type', '', '', '');

CREATE TRIGGER role_permissions_truncate_check BEFORE TRUNCATE ON role_permissions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER run_metric_summary_touch_delete AFTER DELETE ON training_metrics REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION run_metric_summary_touch();

CREATE TRIGGER run_metric_summary_touch_insert AFTER INSERT ON training_metrics REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION run_metric_summary_touch();

CREATE TRIGGER run_metric_summary_touch_move AFTER UPDATE ON training_metrics REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION run_metric_summary_touch();

CREATE TRIGGER run_metric_summary_touch_truncate AFTER TRUNCATE ON training_metrics FOR EACH STATEMENT EXECUTE FUNCTION run_metric_summary_touch();

CREATE TRIGGER run_metric_summary_touch_update AFTER UPDATE ON training_metrics REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION run_metric_summary_touch();

CREATE TRIGGER schema_migrations_audit_delete AFTER DELETE ON schema_migrations FOR EACH ROW EXECUTE FUNCTION audit_change('schema', 'version', '', '', '');

CREATE TRIGGER schema_migrations_audit_insert AFTER INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION audit_change('schema', 'version', '', '', '');

CREATE TRIGGER schema_migrations_audit_update AFTER UPDATE ON schema_migrations FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('schema', 'version', '', '', '');

CREATE TRIGGER schema_migrations_truncate_check BEFORE TRUNCATE ON schema_migrations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER team_members_audit_delete AFTER DELETE ON team_members FOR EACH ROW EXECUTE FUNCTION audit_change('team_members', 'team_id user_id', '', '', '');

CREATE TRIGGER team_members_audit_insert AFTER INSERT ON team_members FOR EACH ROW EXECUTE FUNCTION audit_change('team_members', 'team_id user_id', '', '', '');

CREATE TRIGGER team_members_audit_update AFTER UPDATE ON team_members FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('team_members', 'team_id user_id', '', '', '');

CREATE TRIGGER team_members_truncate_check BEFORE TRUNCATE ON team_members FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER teams_audit_delete AFTER DELETE ON teams FOR EACH ROW EXECUTE FUNCTION audit_change('teams', 'id', '', '', 'updated_at');

CREATE TRIGGER teams_audit_insert AFTER INSERT ON teams FOR EACH ROW EXECUTE FUNCTION audit_change('teams', 'id', '', '', 'updated_at');

CREATE TRIGGER teams_audit_update AFTER UPDATE ON teams FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('teams', 'id', '', '', 'updated_at');

CREATE TRIGGER teams_truncate_check BEFORE TRUNCATE ON teams FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER training_runs_status_path_check BEFORE UPDATE OF status ON training_runs FOR EACH ROW WHEN (((old.status <> new.status) AND (NOT (((old.status = 'pending'::text) AND (new.status = ANY (ARRAY['running'::text, 'failed'::text, 'cancelled'::text]))) OR ((old.status = 'running'::text) AND (new.status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text]))))))) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER users_audit_delete AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION audit_change('users', 'id', 'password_hash', 'email username folded_username preferences', 'last_login_at updated_at');

CREATE TRIGGER users_audit_insert AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION audit_change('users', 'id', 'password_hash', 'email username folded_username preferences', 'last_login_at updated_at');

CREATE TRIGGER users_audit_update AFTER UPDATE ON users FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit_change('users', 'id', 'password_hash', 'email username folded_username preferences', 'last_login_at updated_at');

CREATE TRIGGER users_truncate_check BEFORE TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE ONLY accuracy_metrics
    ADD CONSTRAINT accuracy_metrics_checkpoint_id_fkey FOREIGN KEY (checkpoint_id) REFERENCES checkpoints(id) ON DELETE CASCADE;

ALTER TABLE ONLY api_keys
    ADD CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;

ALTER TABLE ONLY benchmarks
    ADD CONSTRAINT benchmarks_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;

ALTER TABLE ONLY benchmarks
    ADD CONSTRAINT benchmarks_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES datasets(id) ON DELETE RESTRICT;

ALTER TABLE ONLY benchmarks
    ADD CONSTRAINT benchmarks_model_version_id_fkey FOREIGN KEY (model_version_id) REFERENCES model_versions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY benchmarks
    ADD CONSTRAINT benchmarks_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams(id) ON DELETE RESTRICT;

ALTER TABLE ONLY checkpoints
    ADD CONSTRAINT checkpoints_run_id_fkey FOREIGN KEY (run_id) REFERENCES training_runs(id) ON DELETE CASCADE;

ALTER TABLE ONLY comparison_results
    ADD CONSTRAINT comparison_results_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;

ALTER TABLE ONLY comparison_results
    ADD CONSTRAINT comparison_results_experiment_id_fkey FOREIGN KEY (experiment_id) REFERENCES experiments(id) ON DELETE CASCADE;

ALTER TABLE ONLY corpus_passages
    ADD CONSTRAINT corpus_passages_corpus_text_id_fkey FOREIGN KEY (corpus_text_id) REFERENCES corpus_texts(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY corpus_texts
    ADD CONSTRAINT corpus_texts_split_id_fkey FOREIGN KEY (split_id) REFERENCES dataset_splits(id) ON DELETE CASCADE;

ALTER TABLE ONLY dataset_splits
    ADD CONSTRAINT dataset_splits_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES datasets(id) ON DELETE CASCADE;

ALTER TABLE ONLY datasets
    ADD CONSTRAINT datasets_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;

ALTER TABLE ONLY datasets
    ADD CONSTRAINT datasets_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams(id) ON DELETE RESTRICT;

ALTER TABLE ONLY erasures
    ADD CONSTRAINT erasures_erased_by_fkey FOREIGN KEY (erased_by) REFERENCES users(id) ON DELETE SET NULL;

ALTER TABLE ONLY evaluations
    ADD CONSTRAINT evaluations_benchmark_id_fkey FOREIGN KEY (benchmark_id) REFERENCES benchmarks(id) ON DELETE CASCADE;

ALTER TABLE ONLY evaluations
    ADD CONSTRAINT evaluations_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;

ALTER TABLE ONLY evaluations
    ADD CONSTRAINT evaluations_experiment_id_fkey FOREIGN KEY (experiment_id) REFERENCES experiments(id) ON DELETE CASCADE;

ALTER TABLE ONLY evaluations
    ADD CONSTRAINT evaluations_model_version_id_fkey FOREIGN KEY (model_version_id) REFERENCES model_versions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY evaluations
    ADD CONSTRAINT evaluations_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams(id) ON DELETE RESTRICT;

ALTER TABLE ONLY experiment_runs
    ADD CONSTRAINT experiment_runs_experiment_id_fkey FOREIGN KEY (experiment_id) REFERENCES experiments(id) ON DELETE CASCADE;

ALTER TABLE ONLY experiment_runs
    ADD CONSTRAINT experiment_runs_training_run_id_fkey FOREIGN KEY (training_run_id) REFERENCES training_runs(id) ON DELETE CASCADE;

ALTER TABLE ONLY experiments
    ADD CONSTRAINT experiments_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;

ALTER TABLE ONLY experiments
    ADD CONSTRAINT experiments_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES datasets(id) ON DELETE RESTRICT;

ALTER TABLE ONLY experiments
    ADD CONSTRAINT experiments_model_version_id_fkey FOREIGN KEY (model_version_id) REFERENCES model_versions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY experiments
    ADD CONSTRAINT experiments_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams(id) ON DELETE RESTRICT;

ALTER TABLE ONLY generations
    ADD CONSTRAINT generations_model_version_id_fkey FOREIGN KEY (model_version_id) REFERENCES model_versions(id) ON DELETE SET NULL;

ALTER TABLE ONLY inference_requests
    ADD CONSTRAINT inference_requests_session_id_fkey FOREIGN KEY (session_id) REFERENCES inference_sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY inference_sessions
    ADD CONSTRAINT inference_sessions_model_version_id_fkey FOREIGN KEY (model_version_id) REFERENCES model_versions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY inference_sessions
    ADD CONSTRAINT inference_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE SET NULL;

ALTER TABLE ONLY markov_models
    ADD CONSTRAINT markov_models_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES datasets(id) ON DELETE CASCADE;

ALTER TABLE ONLY markov_ngrams
    ADD CONSTRAINT markov_ngrams_model_fkey FOREIGN KEY (dataset_id, n) REFERENCES markov_models(dataset_id, n) ON DELETE CASCADE;

ALTER TABLE ONLY markov_texts
    ADD CONSTRAINT markov_texts_corpus_text_id_fkey FOREIGN KEY (corpus_text_id) REFERENCES corpus_texts(id) ON DELETE CASCADE;

ALTER TABLE ONLY markov_texts
    ADD CONSTRAINT markov_texts_model_fkey FOREIGN KEY (dataset_id, n) REFERENCES markov_models(dataset_id, n) ON DELETE CASCADE;

ALTER TABLE ONLY model_aliases
    ADD CONSTRAINT model_aliases_model_id_fkey FOREIGN KEY (model_id) REFERENCES models(id) ON DELETE CASCADE;

ALTER TABLE ONLY model_aliases
    ADD CONSTRAINT model_aliases_version_fkey FOREIGN KEY (model_id, model_version_id) REFERENCES model_versions(model_id, id);

ALTER TABLE ONLY model_benchmarks
    ADD CONSTRAINT model_benchmarks_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES datasets(id) ON DELETE SET NULL;

ALTER TABLE ONLY model_benchmarks
    ADD CONSTRAINT model_benchmarks_model_version_id_fkey FOREIGN KEY (model_version_id) REFERENCES model_versions(id) ON DELETE CASCADE;

ALTER TABLE ONLY model_performance
    ADD CONSTRAINT model_performance_model_version_id_fkey FOREIGN KEY (model_version_id) REFERENCES model_versions(id) ON DELETE CASCADE;

ALTER TABLE ONLY model_versions
    ADD CONSTRAINT model_versions_model_id_fkey FOREIGN KEY (model_id) REFERENCES models(id) ON DELETE CASCADE;

ALTER TABLE ONLY model_versions
    ADD CONSTRAINT model_versions_training_run_id_fkey FOREIGN KEY (training_run_id) REFERENCES training_runs(id) ON DELETE SET NULL;

ALTER TABLE ONLY models
    ADD CONSTRAINT models_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;

ALTER TABLE ONLY models
    ADD CONSTRAINT models_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams(id) ON DELETE RESTRICT;

ALTER TABLE ONLY one_time_tokens
    ADD CONSTRAINT one_time_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;

ALTER TABLE ONLY predictions
    ADD CONSTRAINT predictions_model_version_id_fkey FOREIGN KEY (model_version_id) REFERENCES model_versions(id) ON DELETE RESTRICT;

ALTER TABLE ONLY sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;

ALTER TABLE ONLY team_members
    ADD CONSTRAINT team_members_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams(id) ON DELETE CASCADE;

ALTER TABLE ONLY team_members
    ADD CONSTRAINT team_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;

ALTER TABLE ONLY training_metrics
    ADD CONSTRAINT training_metrics_run_id_fkey FOREIGN KEY (run_id) REFERENCES training_runs(id) ON DELETE CASCADE;

ALTER TABLE ONLY training_runs
    ADD CONSTRAINT training_runs_corpus_text_id_fkey FOREIGN KEY (corpus_text_id) REFERENCES corpus_texts(id) ON DELETE SET NULL;

ALTER TABLE ONLY training_runs
    ADD CONSTRAINT training_runs_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;

ALTER TABLE ONLY training_runs
    ADD CONSTRAINT training_runs_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES datasets(id) ON DELETE RESTRICT;

ALTER TABLE ONLY training_runs
    ADD CONSTRAINT training_runs_model_version_id_fkey FOREIGN KEY (model_version_id) REFERENCES model_versions(id) ON DELETE SET NULL;

ALTER TABLE ONLY training_runs
    ADD CONSTRAINT training_runs_neural_config_id_fkey FOREIGN KEY (neural_config_id) REFERENCES neural_configs(id) ON DELETE RESTRICT;

ALTER TABLE ONLY training_runs
    ADD CONSTRAINT training_runs_parent_run_id_fkey FOREIGN KEY (parent_run_id) REFERENCES training_runs(id) ON DELETE SET NULL;

ALTER TABLE ONLY training_runs
    ADD CONSTRAINT training_runs_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams(id) ON DELETE RESTRICT;

CREATE POLICY accuracy_metrics_team ON accuracy_metrics USING (((checkpoint_id IS NULL) OR (EXISTS ( SELECT 1
   FROM checkpoints p
  WHERE (p.id = accuracy_metrics.checkpoint_id)))));

CREATE POLICY benchmarks_team ON benchmarks USING (((team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[])))) WITH CHECK ((((team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[]))) AND ((dataset_id IS NULL) OR (EXISTS ( SELECT 1
   FROM datasets p
  WHERE (p.id = benchmarks.dataset_id)))) AND ((model_version_id IS NULL) OR (EXISTS ( SELECT 1
   FROM model_versions p
  WHERE (p.id = benchmarks.model_version_id))))));

CREATE POLICY checkpoints_team ON checkpoints USING ((EXISTS ( SELECT 1
   FROM training_runs p
  WHERE (p.id = checkpoints.run_id))));

CREATE POLICY comparison_results_team ON comparison_results USING ((((experiment_id IS NULL) OR (EXISTS ( SELECT 1
   FROM experiments p
  WHERE (p.id = comparison_results.experiment_id)))) AND (2 =
CASE kind
    WHEN 'model'::text THEN ( SELECT count(*) AS count
       FROM models p
      WHERE (p.id = ANY (ARRAY[comparison_results.a_id, comparison_results.b_id])))
    WHEN 'model_version'::text THEN ( SELECT count(*) AS count
       FROM model_versions p
      WHERE (p.id = ANY (ARRAY[comparison_results.a_id, comparison_results.b_id])))
    WHEN 'training_run'::text THEN ( SELECT count(*) AS count
       FROM training_runs p
      WHERE (p.id = ANY (ARRAY[comparison_results.a_id, comparison_results.b_id])))
    WHEN 'experiment'::text THEN ( SELECT count(*) AS count
       FROM experiments p
      WHERE (p.id = ANY (ARRAY[comparison_results.a_id, comparison_results.b_id])))
    ELSE NULL::bigint
END)));

CREATE POLICY corpus_passages_team ON corpus_passages USING ((EXISTS ( SELECT 1
   FROM corpus_texts p
  WHERE (p.id = corpus_passages.corpus_text_id))));

CREATE POLICY corpus_texts_team ON corpus_texts USING (((split_id IS NULL) OR (EXISTS ( SELECT 1
   FROM dataset_splits p
  WHERE (p.id = corpus_texts.split_id)
 OFFSET 0))));

CREATE POLICY dataset_splits_team ON dataset_splits USING ((EXISTS ( SELECT 1
   FROM datasets p
  WHERE (p.id = dataset_splits.dataset_id))));

CREATE POLICY datasets_team ON datasets USING (((team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[]))));

CREATE POLICY evaluations_team ON evaluations USING (((team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[])) OR ((team_id IS NULL) AND ((experiment_id IS NULL) OR (EXISTS ( SELECT 1
   FROM experiments p
  WHERE (p.id = evaluations.experiment_id)
 OFFSET 0))) AND ((benchmark_id IS NULL) OR (EXISTS ( SELECT 1
   FROM benchmarks p
  WHERE (p.id = evaluations.benchmark_id)
 OFFSET 0)))))) WITH CHECK ((((team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[]))) AND ((experiment_id IS NULL) OR (EXISTS ( SELECT 1
   FROM experiments p
  WHERE (p.id = evaluations.experiment_id)))) AND ((benchmark_id IS NULL) OR (EXISTS ( SELECT 1
   FROM benchmarks p
  WHERE (p.id = evaluations.benchmark_id)))) AND ((model_version_id IS NULL) OR (EXISTS ( SELECT 1
   FROM model_versions p
  WHERE (p.id = evaluations.model_version_id))))));

CREATE POLICY experiment_runs_team ON experiment_runs USING (((EXISTS ( SELECT 1
   FROM experiments p
  WHERE (p.id = experiment_runs.experiment_id))) AND (EXISTS ( SELECT 1
   FROM training_runs p
  WHERE (p.id = experiment_runs.training_run_id)))));

CREATE POLICY experiments_team ON experiments USING (((team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[])))) WITH CHECK ((((team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[]))) AND ((dataset_id IS NULL) OR (EXISTS ( SELECT 1
   FROM datasets p
  WHERE (p.id = experiments.dataset_id)))) AND ((model_version_id IS NULL) OR (EXISTS ( SELECT 1
   FROM model_versions p
  WHERE (p.id = experiments.model_version_id))))));

CREATE POLICY generations_team ON generations USING (((model_version_id IS NULL) OR (EXISTS ( SELECT 1
   FROM model_versions p
  WHERE (p.id = generations.model_version_id)
 OFFSET 0))));

CREATE POLICY inference_requests_team ON inference_requests USING ((EXISTS ( SELECT 1
   FROM inference_sessions p
  WHERE (p.id = inference_requests.session_id)
 OFFSET 0)));

CREATE POLICY inference_sessions_team ON inference_sessions USING ((EXISTS ( SELECT 1
   FROM model_versions p
  WHERE (p.id = inference_sessions.model_version_id)
 OFFSET 0)));

CREATE POLICY markov_models_team ON markov_models USING ((EXISTS ( SELECT 1
   FROM datasets p
  WHERE (p.id = markov_models.dataset_id))));

CREATE POLICY markov_ngrams_team ON markov_ngrams USING ((EXISTS ( SELECT 1
   FROM datasets p
  WHERE (p.id = markov_ngrams.dataset_id))));

CREATE POLICY markov_texts_team ON markov_texts USING ((EXISTS ( SELECT 1
   FROM datasets p
  WHERE (p.id = markov_texts.dataset_id)))) WITH CHECK (((EXISTS ( SELECT 1
   FROM datasets p
  WHERE (p.id = markov_texts.dataset_id))) AND (EXISTS ( SELECT 1
   FROM corpus_texts p
  WHERE (p.id = markov_texts.corpus_text_id)))));

CREATE POLICY model_aliases_team ON model_aliases USING ((EXISTS ( SELECT 1
   FROM models p
  WHERE (p.id = model_aliases.model_id))));

CREATE POLICY model_benchmarks_team ON model_benchmarks USING ((EXISTS ( SELECT 1
   FROM model_versions p
  WHERE (p.id = model_benchmarks.model_version_id)))) WITH CHECK (((EXISTS ( SELECT 1
   FROM model_versions p
  WHERE (p.id = model_benchmarks.model_version_id))) AND ((dataset_id IS NULL) OR (EXISTS ( SELECT 1
   FROM datasets p
  WHERE (p.id = model_benchmarks.dataset_id))))));

CREATE POLICY model_performance_team ON model_performance USING ((EXISTS ( SELECT 1
   FROM model_versions p
  WHERE (p.id = model_performance.model_version_id))));

CREATE POLICY model_versions_team ON model_versions USING ((EXISTS ( SELECT 1
   FROM models p
  WHERE (p.id = model_versions.model_id)))) WITH CHECK (((EXISTS ( SELECT 1
   FROM models p
  WHERE (p.id = model_versions.model_id))) AND ((training_run_id IS NULL) OR (EXISTS ( SELECT 1
   FROM training_runs p
  WHERE (p.id = model_versions.training_run_id))))));

CREATE POLICY models_team ON models USING (((team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[]))));

CREATE POLICY predictions_team ON predictions USING (((model_version_id IS NULL) OR (EXISTS ( SELECT 1
   FROM model_versions p
  WHERE (p.id = predictions.model_version_id)
 OFFSET 0))));

CREATE POLICY run_metric_summary_team ON run_metric_summary USING ((EXISTS ( SELECT 1
   FROM training_runs p
  WHERE (p.id = run_metric_summary.run_id)
 OFFSET 0)));

CREATE POLICY team_members_add ON team_members FOR INSERT WITH CHECK (may_change_team(team_id));

CREATE POLICY team_members_change ON team_members FOR UPDATE USING (may_change_team(team_id));

CREATE POLICY team_members_read ON team_members FOR SELECT USING (true);

CREATE POLICY team_members_remove ON team_members FOR DELETE USING (true);

CREATE POLICY training_metrics_team ON training_metrics USING ((EXISTS ( SELECT 1
   FROM training_runs p
  WHERE (p.id = training_metrics.run_id))));

CREATE POLICY training_runs_team ON training_runs USING (((team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[])))) WITH CHECK ((((team_id IS NULL) OR (team_id = ANY (( SELECT visible_teams() AS visible_teams)::uuid[]))) AND ((dataset_id IS NULL) OR (EXISTS ( SELECT 1
   FROM datasets p
  WHERE (p.id = training_runs.dataset_id)))) AND ((corpus_text_id IS NULL) OR (EXISTS ( SELECT 1
   FROM corpus_texts p
  WHERE (p.id = training_runs.corpus_text_id)))) AND ((model_version_id IS NULL) OR (EXISTS ( SELECT 1
   FROM model_versions p
  WHERE (p.id = training_runs.model_version_id)))) AND ((parent_run_id IS NULL) OR is_visible_run(parent_run_id))));

CREATE POLICY users_add ON users FOR INSERT WITH CHECK (((role <> 'admin'::text) OR is_administrator()));

CREATE POLICY users_change ON users FOR UPDATE USING (true) WITH CHECK (((role <> 'admin'::text) OR is_administrator(id) OR is_administrator()));

CREATE POLICY users_read ON users FOR SELECT USING (true);

CREATE POLICY users_remove ON users FOR DELETE USING (true);

INSERT INTO audited_tables (table_name, audited, entity_type, reason)
VALUES
('accuracy_metrics', false, NULL, 'append-only facts: a measurement is added and never changed'),
('api_keys', true, 'api_keys', NULL),
('audit_conflicts', false, NULL, 'what a trigger tells another within one insert'),
('audit_context', false, NULL, 'who acts in the transaction that is open; empty otherwise'),
('audit_head', false, NULL, 'the audit log itself: the end of its chain'),
('audit_logs', false, NULL, 'the audit log itself, which its chain guards'),
('audited_tables', false, NULL, 'changed by migrations only, which are audited'),
('benchmarks', true, 'benchmarks', NULL),
('checkpoints', false, NULL, 'facts of a run, too many to record twice'),
('comparison_results', false, NULL, 'append-only facts: a result is added and never changed'),
('corpus_passages', false, NULL, 'computed from corpus_texts by triggers'),
('corpus_texts', false, NULL, 'content, too large to record twice; its dataset is audited'),
('daily_resources', false, NULL, 'computed: a stored view, which a refresh fills again'),
('daily_usage', false, NULL, 'computed: a stored view, which a refresh fills again'),
('dataset_splits', true, 'dataset_splits', NULL),
('dataset_usage', false, NULL, 'computed: a stored view, which a refresh fills again'),
('datasets', true, 'datasets', NULL),
('erasures', true, 'erasures', NULL),
('evaluated_models', false, NULL, 'computed: a stored view, which a refresh fills again'),
('evaluation_documents', false, NULL, 'computed from evaluations by triggers'),
('evaluations', false, NULL, 'facts of a model, too many to record twice'),
('experiment_runs', true, 'experiment_runs', NULL),
('experiment_summary', false, NULL, 'computed: a stored view, which a refresh fills again'),
('experiments', true, 'experiments', NULL),
('generations', false, NULL, 'append-only facts: what a model wrote'),
('inference_requests', false, NULL, 'facts of a session, too many to record twice'),
('inference_sessions', false, NULL, 'facts of use, too many to record twice'),
('job_queues', false, NULL, 'operation of the queue: paused and resumed as load asks for'),
('job_schedules', false, NULL, 'operation of the queue: moved on by workers at each run'),
('jobs', false, NULL, 'operation of the queue: changed at every step of each job'),
('login_attempts', false, NULL, 'append-only facts; login and login_failed are recorded by the functions'),
('markov_models', false, NULL, 'computed from corpus_texts'),
('markov_ngrams', false, NULL, 'computed from corpus_texts'),
('markov_texts', false, NULL, 'computed from corpus_texts'),
('model_aliases', true, 'model_aliases', NULL),
('model_benchmarks', false, NULL, 'append-only facts: a measurement is added and never changed'),
('model_leaderboard', false, NULL, 'computed: a stored view, which a refresh fills again'),
('model_performance', false, NULL, 'append-only facts: a measurement is added and never changed'),
('model_versions', true, 'model_versions', NULL),
('models', true, 'models', NULL),
('neural_configs', false, NULL, 'settings of a run, made with it and never changed'),
('one_time_tokens', false, NULL, 'they hold a secret and end soon; what they did to the account is audited'),
('platform_overview', false, NULL, 'computed: a stored view, which a refresh fills again'),
('predictions', false, NULL, 'facts of a model, too many to record twice'),
('recent_activity', false, NULL, 'computed: a stored view, which a refresh fills again'),
('retention_policies', true, 'retention_policies', NULL),
('role_permissions', true, 'role_permissions', NULL),
('run_metric_summary', false, NULL, 'computed: a stored view, which a refresh fills again'),
('run_metric_summary_touched', false, NULL, 'what a refresh of run_metric_summary has to look at'),
('schema_migrations', true, 'schema', NULL),
('sessions', false, NULL, 'changed at every request; login, logout and revoking are recorded by the functions'),
('system_metrics', false, NULL, 'append-only facts: a measurement is added and never changed'),
('team_members', true, 'team_members', NULL),
('teams', true, 'teams', NULL),
('training_metrics', false, NULL, 'append-only facts: a measurement is added and never changed'),
('training_run_summary', false, NULL, 'computed: a stored view, which a refresh fills again'),
('training_runs', false, NULL, 'facts of work, changed at every step'),
('users', true, 'users', NULL),
('view_refreshes', false, NULL, 'when stored views were refreshed'),
('workers', false, NULL, 'operation of the queue: changed at every heartbeat');

INSERT INTO role_permissions (role, action, entity_type, reach)
VALUES
('admin', 'read', 'datasets', 'all'),
('admin', 'create', 'datasets', 'all'),
('admin', 'update', 'datasets', 'all'),
('admin', 'delete', 'datasets', 'all'),
('admin', 'export', 'datasets', 'all'),
('admin', 'read', 'models', 'all'),
('admin', 'create', 'models', 'all'),
('admin', 'update', 'models', 'all'),
('admin', 'delete', 'models', 'all'),
('admin', 'export', 'models', 'all'),
('admin', 'read', 'training_runs', 'all'),
('admin', 'create', 'training_runs', 'all'),
('admin', 'update', 'training_runs', 'all'),
('admin', 'delete', 'training_runs', 'all'),
('admin', 'export', 'training_runs', 'all'),
('admin', 'read', 'experiments', 'all'),
('admin', 'create', 'experiments', 'all'),
('admin', 'update', 'experiments', 'all'),
('admin', 'delete', 'experiments', 'all'),
('admin', 'export', 'experiments', 'all'),
('admin', 'read', 'benchmarks', 'all'),
('admin', 'create', 'benchmarks', 'all'),
('admin', 'update', 'benchmarks', 'all'),
('admin', 'delete', 'benchmarks', 'all'),
('admin', 'export', 'benchmarks', 'all'),
('admin', 'read', 'evaluations', 'all'),
('admin', 'create', 'evaluations', 'all'),
('admin', 'update', 'evaluations', 'all'),
('admin', 'delete', 'evaluations', 'all'),
('admin', 'export', 'evaluations', 'all'),
('admin', 'read', 'comparison_results', 'all'),
('admin', 'create', 'comparison_results', 'all'),
('admin', 'delete', 'comparison_results', 'all'),
('admin', 'export', 'comparison_results', 'all'),
('admin', 'read', 'inference_sessions', 'all'),
('admin', 'create', 'inference_sessions', 'all'),
('admin', 'update', 'inference_sessions', 'all'),
('admin', 'delete', 'inference_sessions', 'all'),
('admin', 'export', 'inference_sessions', 'all'),
('admin', 'read', 'generations', 'all'),
('admin', 'create', 'generations', 'all'),
('admin', 'update', 'generations', 'all'),
('admin', 'delete', 'generations', 'all'),
('admin', 'export', 'generations', 'all'),
('admin', 'read', 'predictions', 'all'),
('admin', 'create', 'predictions', 'all'),
('admin', 'delete', 'predictions', 'all'),
('admin', 'export', 'predictions', 'all'),
('admin', 'read', 'corpus_texts', 'all'),
('admin', 'create', 'corpus_texts', 'all'),
('admin', 'delete', 'corpus_texts', 'all'),
('admin', 'export', 'corpus_texts', 'all'),
('admin', 'read', 'neural_configs', 'all'),
('admin', 'create', 'neural_configs', 'all'),
('admin', 'update', 'neural_configs', 'all'),
('admin', 'delete', 'neural_configs', 'all'),
('admin', 'read', 'jobs', 'all'),
('admin', 'create', 'jobs', 'all'),
('admin', 'update', 'jobs', 'all'),
('admin', 'delete', 'jobs', 'all'),
('admin', 'read', 'job_queues', 'all'),
('admin', 'create', 'job_queues', 'all'),
('admin', 'update', 'job_queues', 'all'),
('admin', 'delete', 'job_queues', 'all'),
('admin', 'read', 'job_schedules', 'all'),
('admin', 'create', 'job_schedules', 'all'),
('admin', 'update', 'job_schedules', 'all'),
('admin', 'delete', 'job_schedules', 'all'),
('admin', 'read', 'workers', 'all'),
('admin', 'create', 'workers', 'all'),
('admin', 'update', 'workers', 'all'),
('admin', 'delete', 'workers', 'all'),
('admin', 'read', 'system_metrics', 'all'),
('admin', 'create', 'system_metrics', 'all'),
('admin', 'delete', 'system_metrics', 'all'),
('admin', 'read', 'view_refreshes', 'all'),
('admin', 'update', 'view_refreshes', 'all'),
('admin', 'read', 'users', 'all'),
('admin', 'create', 'users', 'all'),
('admin', 'update', 'users', 'all'),
('admin', 'delete', 'users', 'all'),
('admin', 'export', 'users', 'all'),
('admin', 'change_role', 'users', 'all'),
('admin', 'administer', 'users', 'all'),
('admin', 'read', 'teams', 'all'),
('admin', 'create', 'teams', 'all'),
('admin', 'update', 'teams', 'all'),
('admin', 'delete', 'teams', 'all'),
('admin', 'read', 'sessions', 'all'),
('admin', 'delete', 'sessions', 'all'),
('admin', 'read', 'api_keys', 'all'),
('admin', 'create', 'api_keys', 'all'),
('admin', 'update', 'api_keys', 'all'),
('admin', 'delete', 'api_keys', 'all'),
('admin', 'read', 'role_permissions', 'all'),
('admin', 'create', 'role_permissions', 'all'),
('admin', 'update', 'role_permissions', 'all'),
('admin', 'delete', 'role_permissions', 'all'),
('admin', 'read', 'audit_logs', 'all'),
('admin', 'export', 'audit_logs', 'all'),
('admin', 'read', 'erasures', 'all'),
('admin', 'create', 'erasures', 'all'),
('admin', 'read', 'retention_policies', 'all'),
('admin', 'create', 'retention_policies', 'all'),
('admin', 'update', 'retention_policies', 'all'),
('admin', 'delete', 'retention_policies', 'all'),
('admin', 'read', 'schema_migrations', 'all'),
('admin', 'create', 'schema_migrations', 'all'),
('researcher', 'read', 'datasets', 'team'),
('researcher', 'create', 'datasets', 'team'),
('researcher', 'update', 'datasets', 'team'),
('researcher', 'delete', 'datasets', 'own'),
('researcher', 'export', 'datasets', 'team'),
('researcher', 'read', 'models', 'team'),
('researcher', 'create', 'models', 'team'),
('researcher', 'update', 'models', 'team'),
('researcher', 'delete', 'models', 'own'),
('researcher', 'export', 'models', 'team'),
('researcher', 'read', 'training_runs', 'team'),
('researcher', 'create', 'training_runs', 'team'),
('researcher', 'update', 'training_runs', 'team'),
('researcher', 'delete', 'training_runs', 'own'),
('researcher', 'export', 'training_runs', 'team'),
('researcher', 'read', 'experiments', 'team'),
('researcher', 'create', 'experiments', 'team'),
('researcher', 'update', 'experiments', 'team'),
('researcher', 'delete', 'experiments', 'own'),
('researcher', 'export', 'experiments', 'team'),
('researcher', 'read', 'benchmarks', 'team'),
('researcher', 'create', 'benchmarks', 'team'),
('researcher', 'update', 'benchmarks', 'team'),
('researcher', 'delete', 'benchmarks', 'own'),
('researcher', 'export', 'benchmarks', 'team'),
('researcher', 'read', 'evaluations', 'team'),
('researcher', 'create', 'evaluations', 'team'),
('researcher', 'update', 'evaluations', 'team'),
('researcher', 'delete', 'evaluations', 'own'),
('researcher', 'export', 'evaluations', 'team'),
('researcher', 'read', 'comparison_results', 'team'),
('researcher', 'create', 'comparison_results', 'team'),
('researcher', 'delete', 'comparison_results', 'own'),
('researcher', 'export', 'comparison_results', 'team'),
('researcher', 'read', 'inference_sessions', 'team'),
('researcher', 'create', 'inference_sessions', 'team'),
('researcher', 'update', 'inference_sessions', 'own'),
('researcher', 'export', 'inference_sessions', 'team'),
('researcher', 'read', 'generations', 'team'),
('researcher', 'create', 'generations', 'team'),
('researcher', 'update', 'generations', 'team'),
('researcher', 'export', 'generations', 'team'),
('researcher', 'read', 'predictions', 'team'),
('researcher', 'create', 'predictions', 'team'),
('researcher', 'export', 'predictions', 'team'),
('researcher', 'read', 'corpus_texts', 'all'),
('researcher', 'create', 'corpus_texts', 'all'),
('researcher', 'export', 'corpus_texts', 'all'),
('researcher', 'read', 'neural_configs', 'all'),
('researcher', 'create', 'neural_configs', 'all'),
('researcher', 'update', 'neural_configs', 'all'),
('researcher', 'read', 'jobs', 'all'),
('researcher', 'create', 'jobs', 'all'),
('researcher', 'update', 'jobs', 'all'),
('researcher', 'read', 'job_queues', 'all'),
('researcher', 'read', 'job_schedules', 'all'),
('researcher', 'read', 'workers', 'all'),
('researcher', 'read', 'system_metrics', 'all'),
('researcher', 'create', 'system_metrics', 'all'),
('researcher', 'read', 'view_refreshes', 'all'),
('researcher', 'update', 'view_refreshes', 'all'),
('researcher', 'read', 'users', 'own'),
('researcher', 'update', 'users', 'own'),
('researcher', 'export', 'users', 'own'),
('researcher', 'read', 'teams', 'team'),
('researcher', 'update', 'teams', 'own'),
('researcher', 'read', 'sessions', 'own'),
('researcher', 'delete', 'sessions', 'own'),
('researcher', 'read', 'api_keys', 'own'),
('researcher', 'create', 'api_keys', 'own'),
('researcher', 'update', 'api_keys', 'own'),
('researcher', 'delete', 'api_keys', 'own'),
('researcher', 'read', 'role_permissions', 'all'),
('user', 'read', 'datasets', 'team'),
('user', 'read', 'models', 'team'),
('user', 'read', 'training_runs', 'team'),
('user', 'read', 'experiments', 'team'),
('user', 'read', 'benchmarks', 'team'),
('user', 'read', 'evaluations', 'team'),
('user', 'read', 'comparison_results', 'team'),
('user', 'read', 'inference_sessions', 'own'),
('user', 'create', 'inference_sessions', 'team'),
('user', 'update', 'inference_sessions', 'own'),
('user', 'export', 'inference_sessions', 'own'),
('user', 'create', 'generations', 'team'),
('user', 'create', 'predictions', 'team'),
('user', 'read', 'corpus_texts', 'all'),
('user', 'read', 'neural_configs', 'all'),
('user', 'read', 'view_refreshes', 'all'),
('user', 'read', 'users', 'own'),
('user', 'update', 'users', 'own'),
('user', 'export', 'users', 'own'),
('user', 'read', 'teams', 'team'),
('user', 'update', 'teams', 'own'),
('user', 'read', 'sessions', 'own'),
('user', 'delete', 'sessions', 'own'),
('user', 'read', 'api_keys', 'own'),
('user', 'create', 'api_keys', 'own'),
('user', 'update', 'api_keys', 'own'),
('user', 'delete', 'api_keys', 'own'),
('user', 'read', 'role_permissions', 'all');

REFRESH MATERIALIZED VIEW daily_resources;

REFRESH MATERIALIZED VIEW daily_usage;

REFRESH MATERIALIZED VIEW dataset_usage;

REFRESH MATERIALIZED VIEW evaluated_models;

REFRESH MATERIALIZED VIEW experiment_summary;

REFRESH MATERIALIZED VIEW model_leaderboard;

REFRESH MATERIALIZED VIEW platform_overview;

REFRESH MATERIALIZED VIEW recent_activity;

REFRESH MATERIALIZED VIEW training_run_summary;

REVOKE ALL ON FUNCTION audit_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION check_audit_erasure() FROM PUBLIC;

REVOKE ALL ON FUNCTION erase_audit_logs(subject_id uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION refresh_materialized_view(stored regclass, asked_at timestamp with time zone, seen_at timestamp with time zone, failure text, entire boolean, OUT row_count bigint, OUT refreshed boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION seal_audit_logs() FROM PUBLIC;

INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (1, 'identity', 'a296b4d278acbe291188700bee5818dcad34004fa746fce8c8e1d2f13a48ea98', 'd53ed1fa441cf61ef5aae8f9dc69948e3211d34d40ea498c1741a37375d460c1', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (2, 'data', 'a4e5d9058cd54c8f1fff9c40853c71637b234f1778e7d5f45d5db912c4d025b8', '85a23effc3c4d615b42b1e8f319e085aa76b2f516b5ddfbd133a1f73ebfd1629', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (3, 'models', 'a4f97421da3050fa6a442b6a9825be4a70bceac2e61c1f3a712d426edc3e7285', '93476d4ffd64624f0bf02d88370aefbc806ae371d2dbb3db504c70a11c1e0e39', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (4, 'training', '88bcbbbd51d31db1994464f5c29afe252344b57eea185883b588095fee3bfecb', 'bf2e8c207b372b325483343580cad265775e2b6f5f48fb012694716e5a3d9d3c', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (5, 'experiments', '359d490af3e4706f4b45d077f2bc9c0e9164194fb55270f6836ac2ce7dbbb20a', '42f4f8117dea5e1620dfba7b251d25a4fab9ef2b9f40d42df9b1cea2c388b073', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (6, 'inference', '79eaa4237e30e2f20598c6c1e0894804e54849c1e141a6d3de62745e71ccf8ca', 'a999311459c23fd1f40c266f0109335ac4d36bb7d3456200bf41abd809bd35a3', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (7, 'work', 'de803dbbee84632e8e26d220e96f543d09baf23bcfa705eab96f7c7a881ad1dc', 'b194c2a82d78aa8eea2e06487c64f4f68cc9bb9fbcc601846522439e61d2a43d', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (8, 'system', 'be70977b4b8d1fb4ba8117bf153cbcad7f1b6933807fa4e2541b803b68d2568a', '17577483f6d9b86c1d61f077c997456df2bdfa2e44a0e5917435d4c904d240e8', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (9, 'views', 'bf33178d4c3cc8ee2fe76b67d525a480a64fa477642fee5759a63b9654439965', '12c9b2a18f1878be724d3c1dc25d166fabec2340fffb113186cd04a866687e5c', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (10, 'corpus_search', 'b8e7bda060b505e2dc50821835563a6d86f6c7e641af07797ae6d6a10493c6c5', '87910e93b61206f3f97442e17fd693834b83bc3f56356346cc801bc2a809bb82', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (11, 'evaluation_search', '7a0c6e10a7314f928e6c12eb7919dc22d9953f788dc06a641f72250e8e9458b4', '7261944f00bb5fa3ca404bb584aaa98c9ee35420032570b848c54a2152c8bc66', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (12, 'audit', 'd6f6381c191de3d6bd0bb823d67835755a666cd9bcf6c450f00a09ce6eed9927', '096d4a2674fa6673ff3176679525fe8e215b050986ca73ab96e957212b1951fc', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (13, 'permissions', '7f62a3ec4042728df738a57126117713c37a82a4c7100b97675bf031fd1bcf8d', 'c608bdb45d0c578e43caffcb695aee27198fe6b4377d65fb0e6cec08d2ce39f2', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (14, 'row_security', 'e8524061ddd79539183139d7671e600008b8734ebec955ea90aa5cac044ecb25', 'b4f079358ed00144483825301ca32cd19d03029966ff44646bc7af3ae8d526f0', 'applied', NULL);

RESET client_encoding;
RESET standard_conforming_strings;
RESET check_function_bodies;
