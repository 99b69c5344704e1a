-- A picture for a demo product: a simple drawing of its kind in the product's three colours (main, accent, ground).
create or replace function ops.demo_svg(motif text, palette jsonb, title text) returns text
language sql immutable
set search_path = pg_catalog
as $$
  with shape (motif, drawing) as (values
    ('bean', '<g transform="rotate(-28 200 200)"><ellipse cx="200" cy="200" rx="86" ry="124" fill="%1$s"/><path d="M200 76c-46 62 46 172 0 248" fill="none" stroke="%2$s" stroke-width="12" stroke-linecap="round"/></g>'),
    ('cup', '<path d="M96 150h190v70a95 95 0 0 1-190 0z" fill="%1$s"/><path d="M286 168h22a34 34 0 0 1 0 68h-28" fill="none" stroke="%1$s" stroke-width="18"/><path d="M84 322h214" stroke="%2$s" stroke-width="16" stroke-linecap="round"/><path d="M160 124c-14-24 14-36 0-60M216 124c-14-24 14-36 0-60" fill="none" stroke="%2$s" stroke-width="10" stroke-linecap="round"/>'),
    ('bag', '<path d="M116 108h168l18 220H98z" fill="%1$s"/><path d="M116 108h168v34H116z" fill="%2$s"/><circle cx="200" cy="236" r="46" fill="%3$s"/><path d="M200 196c-16 26 16 54 0 80" fill="none" stroke="%1$s" stroke-width="8"/>'),
    ('kettle', '<path d="M130 150h130l34 164H104z" fill="%1$s"/><path d="M264 196c46-6 52-72 86-72" fill="none" stroke="%1$s" stroke-width="18" stroke-linecap="round"/><path d="M128 168c-62 4-62 100-18 110" fill="none" stroke="%2$s" stroke-width="16"/><circle cx="195" cy="134" r="16" fill="%2$s"/>'),
    ('grinder', '<rect x="124" y="190" width="152" height="130" rx="12" fill="%1$s"/><path d="M140 190a60 60 0 0 1 120 0z" fill="%2$s"/><path d="M200 128V84h74" fill="none" stroke="%1$s" stroke-width="14" stroke-linecap="round"/><circle cx="282" cy="84" r="16" fill="%2$s"/><rect x="160" y="246" width="80" height="44" rx="6" fill="%3$s"/>'),
    ('filter', '<path d="M100 110h200l-72 124h-56z" fill="%1$s"/><path d="M128 110l50 124M272 110l-50 124M200 110v124" stroke="%2$s" stroke-width="7"/><path d="M152 256h96l20 64H132z" fill="%2$s"/>'),
    ('box', '<path d="M92 158l108-46 108 46v128l-108 48-108-48z" fill="%1$s"/><path d="M92 158l108 46 108-46M200 204v130" fill="none" stroke="%3$s" stroke-width="8"/><path d="M146 135l108 46v44" fill="none" stroke="%2$s" stroke-width="16"/>'),
    ('dress', '<path d="M164 84h72l-10 62 62 178H112l62-178z" fill="%1$s"/><path d="M172 150h56" stroke="%2$s" stroke-width="14"/><path d="M130 290h140" stroke="%3$s" stroke-width="6" stroke-dasharray="4 12"/>'),
    ('abaya', '<path d="M200 76l48 22 72 104-40 26-22-30 20 132H122l20-132-22 30-40-26 72-104z" fill="%1$s"/><path d="M200 80v250" stroke="%2$s" stroke-width="8"/><path d="M128 316h144" stroke="%2$s" stroke-width="8"/>'),
    ('shirt', '<path d="M152 92l48 26 48-26 72 50-28 54-32-16v150H140V180l-32 16-28-54z" fill="%1$s"/><path d="M200 124v204" stroke="%2$s" stroke-width="6"/><path d="M152 92l48 44 48-44" fill="none" stroke="%2$s" stroke-width="10"/>'),
    ('trousers', '<path d="M138 84h124l22 240h-62l-22-158-22 158h-62z" fill="%1$s"/><path d="M136 108h128" stroke="%2$s" stroke-width="14"/>'),
    ('shoe', '<path d="M84 224c50 6 70-50 96-62 26 52 76 62 126 70 22 4 22 50 10 50H92c-16 0-16-40-8-58z" fill="%1$s"/><path d="M86 286h236" stroke="%2$s" stroke-width="18" stroke-linecap="round"/><path d="M188 196l28-14M206 216l28-14" stroke="%3$s" stroke-width="8"/>'),
    ('scarf', '<path d="M112 112c60 50 116 50 176 0l22 40c-60 60-160 60-220 0z" fill="%1$s"/><path d="M214 184l66 138h-54l-40-130z" fill="%2$s"/><path d="M170 190l-26 126h52l12-122z" fill="%1$s"/>'),
    ('handbag', '<rect x="94" y="168" width="212" height="150" rx="22" fill="%1$s"/><path d="M146 170c0-92 108-92 108 0" fill="none" stroke="%2$s" stroke-width="14"/><rect x="180" y="212" width="40" height="28" rx="6" fill="%2$s"/>'),
    ('ring', '<circle cx="200" cy="232" r="82" fill="none" stroke="%1$s" stroke-width="22"/><path d="M160 96h80l24 34-64 56-64-56z" fill="%2$s"/><path d="M136 130h128" stroke="%3$s" stroke-width="5"/>'),
    ('oud', '<path d="M86 268l40-56 60 12 38-70 54-26 38 44-28 60-60 18-30 52-72 10z" fill="%1$s"/><path d="M130 258l60-18 38-58 54-20M122 236l46 4" fill="none" stroke="%2$s" stroke-width="9" stroke-linecap="round"/>'),
    ('incense', '<rect x="92" y="286" width="216" height="26" rx="13" fill="%1$s"/><path d="M152 286l70-128" stroke="%1$s" stroke-width="12" stroke-linecap="round"/><circle cx="224" cy="154" r="12" fill="%2$s"/><path d="M236 138c34-26-24-44 14-78M214 130c22-22-16-38 6-62" fill="none" stroke="%2$s" stroke-width="8" stroke-linecap="round"/>'),
    ('bottle', '<rect x="126" y="156" width="148" height="172" rx="26" fill="%1$s"/><rect x="172" y="84" width="56" height="52" rx="8" fill="%2$s"/><rect x="180" y="132" width="40" height="28" fill="%1$s"/><rect x="152" y="216" width="96" height="64" rx="6" fill="%3$s"/>'),
    ('dropper', '<path d="M160 190h80v116a24 24 0 0 1-24 24h-32a24 24 0 0 1-24-24z" fill="%1$s"/><rect x="176" y="150" width="48" height="44" rx="6" fill="%2$s"/><path d="M184 150c-10-40 0-72 16-72s26 32 16 72z" fill="%2$s"/><path d="M200 226c-18 26-18 46 0 46s18-20 0-46z" fill="%3$s"/>'),
    ('burner', '<path d="M120 176h160l-34 66h-92z" fill="%1$s"/><path d="M168 242h64l26 84H142z" fill="%2$s"/><path d="M172 160c-16-24 16-40 0-72M228 160c-16-24 16-40 0-72M200 152c-16-30 16-46 0-82" fill="none" stroke="%2$s" stroke-width="9" stroke-linecap="round"/>'),
    ('candle', '<rect x="138" y="180" width="124" height="144" rx="14" fill="%1$s"/><path d="M200 180v-28" stroke="%2$s" stroke-width="8"/><path d="M200 78c28 38 28 72 0 72s-28-34 0-72z" fill="%2$s"/><path d="M156 236h88" stroke="%3$s" stroke-width="26"/>'),
    ('gift', '<rect x="98" y="184" width="204" height="138" rx="8" fill="%1$s"/><rect x="86" y="146" width="228" height="46" rx="8" fill="%1$s"/><path d="M200 146v176M98 238h204" stroke="%2$s" stroke-width="20"/><path d="M200 146c-70-10-70-74-32-74 28 0 32 46 32 74 0-28 4-74 32-74 38 0 38 64-32 74z" fill="none" stroke="%2$s" stroke-width="14"/>'))
  select '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400" role="img"><title>'
    || replace(replace(replace(title, '&', '&amp;'), '<', '&lt;'), '>', '&gt;') || '</title>'
    || format('<rect width="400" height="400" fill="%1$s"/>', palette ->> 2)
    || format(s.drawing, palette ->> 0, palette ->> 1, palette ->> 2) || '</svg>'
  from shape s where s.motif = demo_svg.motif
$$;
comment on function ops.demo_svg(text, jsonb, text) is 'SVG of a demo product.';
