-- 0010 corpus search: full text over passages of corpus_texts, the same words on both engines.
-- Locks: SHARE ROW EXCLUSIVE on corpus_texts until all its texts are cut and indexed, about 0.3 ms a passage of 1,000
--        characters: writers wait. Reads go on.
-- Undo:  0010_corpus_search.down.sql drops the index; the texts stay as they are.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- Of this statement sqlfluff knows nothing.
CREATE TEXT SEARCH DICTIONARY corpus_porter (TEMPLATE = snowball, LANGUAGE = porter); -- noqa: PRS

-- For corpus_plain_words, which says what each is for. All other kinds of tokens are passed over, and not counted.
CREATE TEXT SEARCH CONFIGURATION corpus_plain (PARSER = default); -- noqa: PRS
-- Of this statement sqlfluff knows nothing.
ALTER TEXT SEARCH CONFIGURATION corpus_plain -- noqa: PRS
ADD MAPPING FOR asciiword, numword, uint, sfloat WITH corpus_porter;
-- Of this statement sqlfluff knows nothing.
ALTER TEXT SEARCH CONFIGURATION corpus_plain -- noqa: PRS
ADD MAPPING FOR hword_asciipart, entity WITH pg_catalog.simple;

-- What a word consists of: the letters, numbers and marks of FTS5's unicode61 (categories L* N* M*), which knows
-- Unicode 6.1 and takes what came later for letters. Spelled out, since \w and PostgreSQL's own parser cut by the
-- database's locale. platform/search/characters.py has the same.
CREATE FUNCTION corpus_word_pattern() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    '['
    || '0-9A-Za-z\u00aa\u00b2\u00b3\u00b5\u00b9\u00ba\u00bc-\u00be\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02c1'
    || '\u02c6-\u02d1\u02e0-\u02e4\u02ec\u02ee\u0300-\u0374\u0376-\u037d\u037f-\u0383\u0386\u0388-\u03f5'
    || '\u03f7-\u0481\u0483-\u0559\u0560-\u0588\u058b-\u058e\u0590-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5'
    || '\u05c7-\u05f2\u05f5-\u05ff\u0605\u0610-\u061a\u061c\u061d\u0620-\u0669\u066e-\u06d3\u06d5-\u06dc'
    || '\u06df-\u06e8\u06ea-\u06fc\u06ff\u070e\u0710-\u07f5\u07fa-\u082f\u083f-\u085d\u085f-\u0963'
    || '\u0966-\u096f\u0971-\u09f1\u09f4-\u09f9\u09fc-\u0aef\u0af2-\u0b6f\u0b71-\u0bf2\u0bfb-\u0c7e'
    || '\u0c80-\u0d78\u0d7a-\u0df3\u0df5-\u0e3e\u0e40-\u0e4e\u0e50-\u0e59\u0e5c-\u0f00\u0f18\u0f19'
    || '\u0f20-\u0f33\u0f35\u0f37\u0f39\u0f3e-\u0f84\u0f86-\u0fbd\u0fc6\u0fcd\u0fdb-\u1049\u1050-\u109d'
    || '\u10a0-\u10fa\u10fc-\u135f\u1369-\u138f\u139a-\u13ff\u1401-\u166c\u166f-\u167f\u1681-\u169a'
    || '\u169d-\u16ea\u16ee-\u1734\u1737-\u17d3\u17d7\u17dc-\u17ff\u180b-\u180d\u180f-\u193f\u1941-\u1943'
    || '\u1946-\u19dd\u1a00-\u1a1d\u1a20-\u1a9f\u1aa7\u1aae-\u1b59\u1b6b-\u1b73\u1b7d-\u1bfb\u1c00-\u1c3a'
    || '\u1c40-\u1c7d\u1c80-\u1cbf\u1cc8-\u1cd2\u1cd4-\u1fbc\u1fbe\u1fc2-\u1fcc\u1fd0-\u1fdc\u1fe0-\u1fec'
    || '\u1ff0-\u1ffc\u1fff\u2065-\u2069\u2070-\u2079\u207f-\u2089\u208f-\u209f\u20ba-\u20ff\u2102\u2107'
    || '\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2139\u213c-\u213f'
    || '\u2145-\u2149\u214e\u2150-\u218f\u23f4-\u23ff\u2427-\u243f\u244b-\u249b\u24ea-\u24ff\u2700'
    || '\u2776-\u2793\u2b4d-\u2b4f\u2b5a-\u2ce4\u2ceb-\u2cf8\u2cfd\u2d00-\u2d6f\u2d71-\u2dff\u2e2f'
    || '\u2e3c-\u2e7f\u2e9a\u2ef4-\u2eff\u2fd6-\u2fef\u2ffc-\u2fff\u3005-\u3007\u3021-\u302f\u3031-\u3035'
    || '\u3038-\u303c\u3040-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u318f\u3192-\u3195\u31a0-\u31bf'
    || '\u31e4-\u31ff\u321f-\u3229\u3248-\u324f\u3251-\u325f\u3280-\u3289\u32b1-\u32bf\u32ff\u3400-\u4dbf'
    || '\u4e00-\ua48f\ua4c7-\ua4fd\ua500-\ua60c\ua610-\ua672\ua674-\ua67d\ua67f-\ua6f1\ua6f8-\ua6ff'
    || '\ua717-\ua71f\ua722-\ua788\ua78b-\ua827\ua82c-\ua835\ua83a-\ua873\ua878-\ua8cd\ua8d0-\ua8f7'
    || '\ua8fb-\ua92d\ua930-\ua95e\ua960-\ua9c0\ua9ce-\ua9dd\ua9e0-\uaa5b\uaa60-\uaa76\uaa7a-\uaadd'
    || '\uaae0-\uaaef\uaaf2-\uabea\uabec-\ud7ff\ue001-\uf8fe\uf900-\ufb28\ufb2a-\ufbb1\ufbc2-\ufd3d'
    || '\ufd40-\ufdfb\ufdfe-\ufe0f\ufe1a-\ufe2f\ufe53\ufe67\ufe6c-\ufefe\uff00\uff10-\uff19\uff21-\uff3a'
    || '\uff41-\uff5a\uff66-\uffdf\uffe7\uffef-\ufff8\U00010000-\U000100ff\U00010103-\U00010136'
    || '\U00010140-\U00010178\U0001018a-\U0001018f\U0001019c-\U000101cf\U000101fd-\U0001039e'
    || '\U000103a0-\U000103cf\U000103d1-\U00010856\U00010858-\U0001091e\U00010920-\U0001093e'
    || '\U00010940-\U00010a4f\U00010a59-\U00010a7e\U00010a80-\U00010b38\U00010b40-\U00011046'
    || '\U0001104e-\U000110ba\U000110c2-\U0001113f\U00011144-\U000111c4\U000111c9-\U0001246f'
    || '\U00012474-\U0001cfff\U0001d0f6-\U0001d0ff\U0001d127\U0001d128\U0001d165-\U0001d169'
    || '\U0001d16d-\U0001d172\U0001d17b-\U0001d182\U0001d185-\U0001d18b\U0001d1aa-\U0001d1ad'
    || '\U0001d1de-\U0001d1ff\U0001d242-\U0001d244\U0001d246-\U0001d2ff\U0001d357-\U0001d6c0'
    || '\U0001d6c2-\U0001d6da\U0001d6dc-\U0001d6fa\U0001d6fc-\U0001d714\U0001d716-\U0001d734'
    || '\U0001d736-\U0001d74e\U0001d750-\U0001d76e\U0001d770-\U0001d788\U0001d78a-\U0001d7a8'
    || '\U0001d7aa-\U0001d7c2\U0001d7c4-\U0001eeef\U0001eef2-\U0001efff\U0001f02c-\U0001f02f'
    || '\U0001f094-\U0001f09f\U0001f0af\U0001f0b0\U0001f0bf\U0001f0c0\U0001f0d0\U0001f0e0-\U0001f10f'
    || '\U0001f12f\U0001f16c-\U0001f16f\U0001f19b-\U0001f1e5\U0001f203-\U0001f20f\U0001f23b-\U0001f23f'
    || '\U0001f249-\U0001f24f\U0001f252-\U0001f2ff\U0001f321-\U0001f32f\U0001f336\U0001f37d-\U0001f37f'
    || '\U0001f394-\U0001f39f\U0001f3c5\U0001f3cb-\U0001f3df\U0001f3f1-\U0001f3ff\U0001f43f\U0001f441'
    || '\U0001f4f8\U0001f4fd-\U0001f4ff\U0001f53e\U0001f53f\U0001f544-\U0001f54f\U0001f568-\U0001f5fa'
    || '\U0001f641-\U0001f644\U0001f650-\U0001f67f\U0001f6c6-\U0001f6ff\U0001f774-\U000e0000'
    || '\U000e0002-\U000e001f\U000e0080-\U000effff\U000f0001-\U000ffffc\U000ffffe-\U0010ffff'
    || ']+'
);

-- A word in lower case as FTS5 folds it, whatever the database's locale; platform/search/characters.py has the same letters.
CREATE FUNCTION corpus_fold(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    -- Looking for each letter in a thousand is slow: first see whether there can be a capital one outside ASCII, and
    -- whether those that are most common will do.
    WHEN
        word COLLATE "C"
        !~ (
            '[\u00b5\u00c0-\u00de\u0100-\u024e\u0345-\u042f\u0460-\u0556\u10a0-\u10cd\u1e00-\u2183\u2c00-\u2cf2'
            || '\ua640-\ua7aa\uff21-\U00010427]'
        )
        THEN lower(word COLLATE "C")
    WHEN
        word COLLATE "C"
        !~ (
            '[\u00b5\u0100-\u024e\u0345-\u040f\u0460-\u0556\u10a0-\u10cd\u1e00-\u2183\u2c00-\u2cf2\ua640-\ua7aa'
            || '\uff21-\U00010427]'
        )
        THEN translate(
            lower(word COLLATE "C"),
            'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ',
            'àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþабвгдежзийклмнопрстуфхцчшщъыьэюя'
        )
    ELSE
        translate(
            lower(word COLLATE "C"),
            E'\u0345'
            || 'µÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮĲĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽſƁƂƄƆƇƉ'
            || 'ƊƋƎƏƐƑƓƔƖƗƘƜƝƟƠƢƤƦƧƩƬƮƯƱƲƳƵƷƸƼǄǅǇǈǊǋǍǏǑǓǕǗǙǛǞǠǢǤǦǨǪǬǮǱǲǴǶǷǸǺǼǾȀȂȄȆȈȊȌȎȐȒȔȖȘȚȜȞȠȢȤȦȨȪȬȮȰȲȺȻȽȾɁɃɄɅɆɈɊɌ'
            || 'ɎͰͲͶΆΈΉΊΌΎΏΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫςϏϐϑϕϖϘϚϜϞϠϢϤϦϨϪϬϮϰϱϴϵϷϹϺϽϾϿЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТ'
            || 'УФХЦЧШЩЪЫЬЭЮЯѠѢѤѦѨѪѬѮѰѲѴѶѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӁӃӅӇӉӋӍӐӒӔӖӘӚӜӞӠӢӤӦӨӪӬӮӰӲӴӶӸӺӼӾԀԂԄԆԈԊԌԎԐԒԔ'
            || 'ԖԘԚԜԞԠԢԤԦԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖႠႡႢႣႤႥႦႧႨႩႪႫႬႭႮႯႰႱႲႳႴႵႶႷႸႹႺႻႼႽႾႿჀჁჂჃჄჅჇჍḀḂḄḆḈḊḌḎḐḒḔḖḘ'
            || 'ḚḜḞḠḢḤḦḨḪḬḮḰḲḴḶḸḺḼḾṀṂṄṆṈṊṌṎṐṒṔṖṘṚṜṞṠṢṤṦṨṪṬṮṰṲṴṶṸṺṼṾẀẂẄẆẈẊẌẎẐẒẔẛẞẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦ'
            || 'ỨỪỬỮỰỲỴỶỸỺỼỾἈἉἊἋἌἍἎἏἘἙἚἛἜἝἨἩἪἫἬἭἮἯἸἹἺἻἼἽἾἿὈὉὊὋὌὍὙὛὝὟὨὩὪὫὬὭὮὯᾈᾉᾊᾋᾌᾍᾎᾏᾘᾙᾚᾛᾜᾝᾞᾟᾨᾩᾪᾫᾬᾭᾮᾯᾸᾹᾺΆᾼιῈΈῊΉῌῘῙῚΊῨ'
            || 'ῩῪΎῬῸΌῺΏῼΩKÅℲⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫⅬⅭⅮⅯↃⰀⰁⰂⰃⰄⰅⰆⰇⰈⰉⰊⰋⰌⰍⰎⰏⰐⰑⰒⰓⰔⰕⰖⰗⰘⰙⰚⰛⰜⰝⰞⰟⰠⰡⰢⰣⰤⰥⰦⰧⰨⰩⰪⰫⰬⰭⰮⱠⱢⱣⱤⱧⱩⱫⱭⱮⱯⱰⱲⱵⱾⱿⲀⲂⲄⲆⲈⲊⲌⲎ'
            || 'ⲐⲒⲔⲖⲘⲚⲜⲞⲠⲢⲤⲦⲨⲪⲬⲮⲰⲲⲴⲶⲸⲺⲼⲾⳀⳂⳄⳆⳈⳊⳌⳎⳐⳒⳔⳖⳘⳚⳜⳞⳠⳢⳫⳭⳲꙀꙂꙄꙆꙈꙊꙌꙎꙐꙒꙔꙖꙘꙚꙜꙞꙠꙢꙤꙦꙨꙪꙬꚀꚂꚄꚆꚈꚊꚌꚎꚐꚒꚔꚖꜢꜤꜦꜨꜪꜬꜮꜲꜴꜶꜸꜺꜼꜾꝀꝂꝄꝆꝈꝊ'
            || 'ꝌꝎꝐꝒꝔꝖꝘꝚꝜꝞꝠꝢꝤꝦꝨꝪꝬꝮꝹꝻꝽꝾꞀꞂꞄꞆꞋꞍꞐꞒꞠꞢꞤꞦꞨꞪＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ𐐀𐐁𐐂𐐃𐐄𐐅𐐆𐐇𐐈𐐉𐐊𐐋𐐌𐐍𐐎𐐏𐐐𐐑𐐒𐐓𐐔𐐕𐐖𐐗𐐘𐐙𐐚𐐛𐐜𐐝𐐞𐐟𐐠𐐡𐐢𐐣𐐤𐐥'
            || '𐐦𐐧',
            'ι'
            || 'μàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįĳĵķĺļľŀłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷÿźżžsɓƃƅɔƈɖ'
            || 'ɗƌǝəɛƒɠɣɩɨƙɯɲɵơƣƥʀƨʃƭʈưʊʋƴƶʒƹƽǆǆǉǉǌǌǎǐǒǔǖǘǚǜǟǡǣǥǧǩǫǭǯǳǳǵƕƿǹǻǽǿȁȃȅȇȉȋȍȏȑȓȕȗșțȝȟƞȣȥȧȩȫȭȯȱȳⱥȼƚⱦɂƀʉʌɇɉɋɍ'
            || 'ɏͱͳͷάέήίόύώαβγδεζηθικλμνξοπρστυφχψωϊϋσϗβθφπϙϛϝϟϡϣϥϧϩϫϭϯκρθεϸϲϻͻͼͽѐёђѓєѕіїјљњћќѝўџабвгдежзийклмнопрст'
            || 'уфхцчшщъыьэюяѡѣѥѧѩѫѭѯѱѳѵѷѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӂӄӆӈӊӌӎӑӓӕӗәӛӝӟӡӣӥӧөӫӭӯӱӳӵӷӹӻӽӿԁԃԅԇԉԋԍԏԑԓԕ'
            || 'ԗԙԛԝԟԡԣԥԧաբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆⴀⴁⴂⴃⴄⴅⴆⴇⴈⴉⴊⴋⴌⴍⴎⴏⴐⴑⴒⴓⴔⴕⴖⴗⴘⴙⴚⴛⴜⴝⴞⴟⴠⴡⴢⴣⴤⴥⴧⴭḁḃḅḇḉḋḍḏḑḓḕḗḙ'
            || 'ḛḝḟḡḣḥḧḩḫḭḯḱḳḵḷḹḻḽḿṁṃṅṇṉṋṍṏṑṓṕṗṙṛṝṟṡṣṥṧṩṫṭṯṱṳṵṷṹṻṽṿẁẃẅẇẉẋẍẏẑẓẕṡßạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủ'
            || 'ứừửữựỳỵỷỹỻỽỿἀἁἂἃἄἅἆἇἐἑἒἓἔἕἠἡἢἣἤἥἦἧἰἱἲἳἴἵἶἷὀὁὂὃὄὅὑὓὕὗὠὡὢὣὤὥὦὧᾀᾁᾂᾃᾄᾅᾆᾇᾐᾑᾒᾓᾔᾕᾖᾗᾠᾡᾢᾣᾤᾥᾦᾧᾰᾱὰάᾳιὲέὴήῃῐῑὶίῠ'
            || 'ῡὺύῥὸόὼώῳωkåⅎⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻⅼⅽⅾⅿↄⰰⰱⰲⰳⰴⰵⰶⰷⰸⰹⰺⰻⰼⰽⰾⰿⱀⱁⱂⱃⱄⱅⱆⱇⱈⱉⱊⱋⱌⱍⱎⱏⱐⱑⱒⱓⱔⱕⱖⱗⱘⱙⱚⱛⱜⱝⱞⱡɫᵽɽⱨⱪⱬɑɱɐɒⱳⱶȿɀⲁⲃⲅⲇⲉⲋⲍⲏ'
            || 'ⲑⲓⲕⲗⲙⲛⲝⲟⲡⲣⲥⲧⲩⲫⲭⲯⲱⲳⲵⲷⲹⲻⲽⲿⳁⳃⳅⳇⳉⳋⳍⳏⳑⳓⳕⳗⳙⳛⳝⳟⳡⳣⳬⳮⳳꙁꙃꙅꙇꙉꙋꙍꙏꙑꙓꙕꙗꙙꙛꙝꙟꙡꙣꙥꙧꙩꙫꙭꚁꚃꚅꚇꚉꚋꚍꚏꚑꚓꚕꚗꜣꜥꜧꜩꜫꜭꜯꜳꜵꜷꜹꜻꜽꜿꝁꝃꝅꝇꝉꝋ'
            || 'ꝍꝏꝑꝓꝕꝗꝙꝛꝝꝟꝡꝣꝥꝧꝩꝫꝭꝯꝺꝼᵹꝿꞁꞃꞅꞇꞌɥꞑꞓꞡꞣꞥꞧꞩɦａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ𐐨𐐩𐐪𐐫𐐬𐐭𐐮𐐯𐐰𐐱𐐲𐐳𐐴𐐵𐐶𐐷𐐸𐐹𐐺𐐻𐐼𐐽𐐾𐐿𐑀𐑁𐑂𐑃𐑄𐑅𐑆𐑇𐑈𐑉𐑊𐑋𐑌𐑍'
            || '𐑎𐑏'
        )
END;

-- The Porter stem as FTS5 has it. Snowball's is the same but for a few endings, which are put right before: -bly and
-- -logy in any form, and double consonants that it leaves double (trekked). platform/search/porter.py has the same.
CREATE FUNCTION corpus_stem_ascii(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN
        word COLLATE "C" !~ '(log|bl)([iy]s?|ies|[iy](ed|ing)s?)$|([chjkqvwxy0-9])\4(ed|ing)s?$'
        THEN (ts_lexize('corpus_porter', word))[1]
    WHEN
        word COLLATE "C" ~ '([aeiou]|.y).*([chjkqvwxy0-9])\2(ed|ing)s?$|yy(ed|ing)s?$'
        THEN (ts_lexize('corpus_porter', regexp_replace(word COLLATE "C", '(.)\1(ed|ing)s?$', '\1')))[1]
    WHEN
        word COLLATE "C" ~ '([aeiou]|[^aeiou]y)[^aeiou].*(log|bl)([iy]s?|ies|[iy](ed|ing)s?)$'
        THEN (
            ts_lexize(
                'corpus_porter',
                regexp_replace(
                    regexp_replace(word COLLATE "C", '(log|bl)([iy]s?|ies|[iy](ed|ing)s?)$', '\1'),
                    'bl$',
                    'ble'
                )
            )
        )[1]
    ELSE (ts_lexize('corpus_porter', word))[1]
END;

-- The stem of any folded word. FTS5 looks at 3 to 64 bytes, and to it a letter outside ASCII is two consonants or more,
-- which are never cut: here each is zz while the stemmer runs, so that no locale has a say.
CREATE FUNCTION corpus_stem(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN octet_length(word) NOT BETWEEN 3 AND 64 THEN word
    WHEN word IN ('ies', 'sses') THEN left(word, -1)
    WHEN word IN ('eed', 'eeds') THEN 'e'
    WHEN word COLLATE "C" ~ '[^\x01-\x7f]$' THEN word
    WHEN word COLLATE "C" ~ '[^\x01-\x7f]' THEN
        substring(word COLLATE "C" FROM '^.*[^\x01-\x7f]') || substr(
            corpus_stem_ascii(regexp_replace(word COLLATE "C", '[^\x01-\x7f]', 'zz', 'g')),
            length(
                regexp_replace(
                    substring(word COLLATE "C" FROM '^.*[^\x01-\x7f]') COLLATE "C", '[^\x01-\x7f]', 'zz', 'g'
                )
            ) + 1
        )
    ELSE corpus_stem_ascii(word)
END;

-- PostgreSQL's own parser and stemmer, in C, take less than half of the time of corpus_fold and corpus_stem for each
-- word. So texts go that way as far as it finds the words of FTS5; only the words that it does not are looked at singly.

-- In lower case and without what the parser joins words by: only letters, numbers and white space matter to it now.
-- The second half is what typesets English, which no word holds.
CREATE FUNCTION corpus_plain_text(content text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN
    replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(
            replace(replace(replace(replace(replace(replace(
                lower(content COLLATE "C"), '.', ' '), '-', ' '), '_', ' '), ':', ' '), '/', ' '), '@', ' '
            ), '&', ' '), '<', ' '), '+', ' '), '~', ' '), chr(160), ' '), '–', ' '
        ), '—', ' '), '‘', ' '), '’', ' '), '“', ' '), '”', ' '), '…', ' '
    );

-- Whether the parser and the stemmer find the words of FTS5 in a text in lower case. They do not where the stems part
-- (see corpus_stem), where 1e5x would be two words, and outside ASCII, where they ask the locale. What this takes for
-- odd without need is indexed rightly too, but slower.
CREATE FUNCTION corpus_is_plain(words text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN
    words COLLATE "C"
    !~ (
        '(log|bl)([iy]s?|ies|[iy](ed|ing)s?)(?![0-9a-z])'
        || '|(cc|hh|jj|kk|qq|vv|ww|xx|yy|[0-9][0-9])(ed|ing)'
        || '|(?<![0-9a-z])((ies|sses|eeds?|[0-9]s)(?![0-9a-z])|[0-9]+e[0-9]+[a-z])'
        || '|[^\x01-\x7f\u00a0\u2013\u2014\u2018\u2019\u201c\u201d\u2026]'
    )
    -- Apart, since in one expression the two are slow.
    AND words COLLATE "C" !~ '[0-9a-z]{65}';

-- The words of a plain text, each with its first 255 places. FTS5 leaves words of one or two letters as they are, the
-- stemmer does not (is, s, ay): as the second part of a0-is the parser gives them to `simple`. (It finds a0 and a0-is
-- too, whose kinds have no mapping.)
CREATE FUNCTION corpus_plain_words(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector(
    'corpus_plain',
    regexp_replace(words COLLATE "C", '\m([a-z]?s|[aeiouy]y)\M', 'a0-\1', 'g')
);

-- The words of any text: those that are not plain are taken out of it and indexed one by one. In their place stands
-- &x; (an XML entity to the parser), so that the others keep their places.
CREATE FUNCTION corpus_other_words(content text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    WITH spaced AS MATERIALIZED (
        SELECT
            btrim(
                regexp_replace(lower(content COLLATE "C"), '[^' || substr(corpus_word_pattern(), 2), ' ', 'g')
            ) AS words
    ),

    half_masked AS MATERIALIZED (
        SELECT
            spaced.words,
            regexp_replace(spaced.words COLLATE "C", '[^ ]*[^\x01-\x7f][^ ]*', '&x;', 'g') AS plain
        FROM spaced
    ),

    masked AS MATERIALIZED (
        SELECT
            half_masked.words,
            CASE
                WHEN corpus_is_plain(half_masked.plain) THEN half_masked.plain
                -- The same as there. A captured group would make it ten times as slow.
                ELSE
                    regexp_replace(
                        half_masked.plain COLLATE "C",
                        '[0-9a-z]*(?:'
                        || '(?:log|bl)(?:[iy]s?|ies|[iy](?:ed|ing)s?)(?![0-9a-z])'
                        || '|(?:cc|hh|jj|kk|qq|vv|ww|xx|yy|[0-9][0-9])(?:ed|ing)'
                        || '|(?<![0-9a-z])(?:(?:ies|sses|eeds?|[0-9]s)(?![0-9a-z])|[0-9]+e[0-9]+[a-z])'
                        || '|[0-9a-z]{65}'
                        || ')[0-9a-z]*',
                        '&x;',
                        'g'
                    )
            END AS plain
        FROM half_masked
    ),

    -- In steps, so that the functions are called on columns and the planner puts them in line: else it takes five
    -- times as long. The first 400 characters of a word are enough, and the most that a tsvector takes.
    folded AS MATERIALIZED (
        SELECT
            corpus_fold(left(w.word, 400)) AS word,
            w.place
        FROM masked
        CROSS JOIN
            ROWS FROM (string_to_table(masked.words, ' '), string_to_table(masked.plain, ' '))
            WITH ORDINALITY AS w (word, plain, place)
        WHERE w.plain = '&x;'
    )

    SELECT
        CAST(
            CAST(ts_delete(corpus_plain_words((SELECT masked.plain FROM masked)), '&x;') AS text)
            || ' '
            || coalesce(string_agg(corpus_stem(folded.word) || ':' || CAST(folded.place AS text), ' '), '')
            AS tsvector
        )
    FROM folded
);

CREATE FUNCTION corpus_content_words(content text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN corpus_is_plain(lower(content COLLATE "C")) THEN corpus_plain_words(corpus_plain_text(content))
    ELSE corpus_other_words(content)
END;

-- What is indexed of a passage: its words from place 1001, and before them those of the title, of which there are fewer
-- than 1,000: so far away that no phrase joins the two. A space, which no word is, stands at place 1000 meanwhile.
-- All that is called here can be put in line (nothing in it is STABLE, as concat is): before PostgreSQL 18, what is not
-- is planned anew for each row.
CREATE FUNCTION corpus_words(title text, content text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ts_delete(
    CASE
        WHEN title IS NULL THEN CAST(''' '':1000' AS tsvector)
        ELSE CAST(CAST(corpus_content_words(title) AS text) || ' '' '':1000' AS tsvector)
    END
    || corpus_content_words(coalesce(content, '')),
    ' '
);

CREATE FUNCTION corpus_word_count(title text, content text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN
    coalesce(regexp_count(title COLLATE "C", corpus_word_pattern()), 0)
    + regexp_count(content COLLATE "C", corpus_word_pattern());


-- grows: some rows for each text.
CREATE TABLE corpus_passages (
    id              bigint   NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    corpus_text_id  bigint   NOT NULL,
    -- Of the passage in its text, from 0.
    position        bigint   NOT NULL,
    title           text COLLATE "C",
    content         text     NOT NULL,
    -- FTS5 keeps both by itself.
    word_count      bigint   NOT NULL GENERATED ALWAYS AS (corpus_word_count(title, content)) STORED,
    search          tsvector NOT NULL GENERATED ALWAYS AS (corpus_words(title, content)) STORED,
    CONSTRAINT corpus_passages_pkey PRIMARY KEY (id),
    -- Serves the foreign key too.
    CONSTRAINT corpus_passages_corpus_text_id_position_key UNIQUE (corpus_text_id, position),
    CONSTRAINT corpus_passages_corpus_text_id_fkey
        FOREIGN KEY (corpus_text_id) REFERENCES corpus_texts (id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT corpus_passages_position_check CHECK (position >= 0)
)
-- A tsvector is read whole for each match: kept beside its row, it is read three times as fast as from its TOAST.
WITH (toast_tuple_target = 8160);

-- Only here: FTS5 is its own index.
-- Serves corpus_passages.search and count.
CREATE INDEX corpus_passages_search_idx
ON corpus_passages USING gin (search);

-- Only here: FTS5 knows how long its rows are.
-- Serves corpus_passages.search too: the mean length of all passages without reading them.
CREATE INDEX corpus_passages_word_count_idx
ON corpus_passages (word_count);

COMMENT ON TABLE corpus_passages IS
'What is searched: corpus_texts cut into passages of about a thousand characters, kept in step by triggers.';

-- How texts are cut. A passage ends behind the last white space (or Chinese comma or full stop) of the 200 characters
-- before each 1,000th, or there where they hold none. It begins likewise, about 100 characters before the end of the
-- one before, so that a phrase at a cut stands whole in one of the two. What rtrim leaves ends with such a character.
CREATE FUNCTION corpus_cut(content text) RETURNS TABLE (place bigint, passage text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- A position in a long UTF-8 text is found by walking there, so the text is cut into blocks of 64 passages first.
    -- Written by number, since schema.sql shows a character as it is, and a carriage return does not survive that.
    WITH cuts AS (
        SELECT ' ' || chr(9) || chr(10) || chr(13) || chr(12290) || chr(65292) AS characters
    ),

    blocks AS MATERIALIZED (
        SELECT
            b.block,
            CASE WHEN b.block = 0 THEN 0 ELSE 300 END AS lead,
            length(corpus_cut.content) - 64000 * b.block AS rest,
            substr(
                corpus_cut.content,
                greatest(64000 * b.block - 300, 0) + 1,
                64000 + CASE WHEN b.block = 0 THEN 0 ELSE 300 END
            ) AS content
        FROM generate_series(0, (length(corpus_cut.content) - 1) / 64000) AS b (block)
    ),

    places AS MATERIALIZED (
        SELECT
            blocks.content,
            CAST(64 * blocks.block + p.place AS bigint) AS position,
            1000 * p.place - 100 + blocks.lead AS begins,
            1000 * p.place + 1000 + blocks.lead AS ends,
            1000 * (p.place + 1) >= blocks.rest AS is_last,
            substr(blocks.content, greatest(1000 * p.place - 300 + blocks.lead, 0) + 1, 200) AS before_begin,
            substr(blocks.content, 1000 * p.place + 800 + blocks.lead + 1, 200) AS before_end
        FROM blocks
        CROSS JOIN generate_series(0, least((blocks.rest - 1) / 1000, 63)) AS p (place)
    ),

    bounds AS (
        SELECT
            places.content,
            places.position,
            CASE
                WHEN places.position = 0 THEN 0
                ELSE
                    places.begins - coalesce(
                        200 - nullif(
                            length(rtrim(places.before_begin, translate(places.before_begin, cuts.characters, ''))), 0
                        ),
                        0
                    )
            END AS start,
            CASE
                WHEN places.is_last THEN length(places.content)
                ELSE
                    places.ends - coalesce(
                        200 - nullif(
                            length(rtrim(places.before_end, translate(places.before_end, cuts.characters, ''))), 0
                        ),
                        0
                    )
            END AS stop
        FROM places
        CROSS JOIN cuts
    )

    SELECT
        bounds.position,
        substr(bounds.content, bounds.start + 1, bounds.stop - bounds.start) AS passage
    FROM bounds;
END;

CREATE VIEW corpus_passage_cuts WITH (security_invoker = true) AS
SELECT
    t.id AS corpus_text_id,
    cut.place AS position,
    t.title,
    cut.passage AS content
FROM corpus_texts AS t
CROSS JOIN LATERAL corpus_cut(t.content) AS cut;

COMMENT ON VIEW corpus_passage_cuts IS
'The passages that corpus_texts should have; the triggers read it for one text.';

-- The search path is the table's own schema, whichever that is and whoever calls.
CREATE FUNCTION corpus_texts_cut() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
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

CREATE TRIGGER corpus_texts_cut_insert
AFTER INSERT ON corpus_texts
FOR EACH ROW
EXECUTE FUNCTION corpus_texts_cut();

CREATE TRIGGER corpus_texts_cut_update
AFTER UPDATE OF title, content ON corpus_texts
FOR EACH ROW
EXECUTE FUNCTION corpus_texts_cut();

INSERT INTO corpus_passages (corpus_text_id, position, title, content)
SELECT
    corpus_text_id,
    position,
    title,
    content
FROM corpus_passage_cuts
ORDER BY corpus_text_id, position;
