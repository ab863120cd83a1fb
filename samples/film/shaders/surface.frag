#version 330
// Paint by kind, then one sun with a shadow map, sky and floor light, a small highlight.
// The constant `kind` (see PAINTS in surfaces.py) is put in front: one program a paint, because the software
// rasteriser computes both sides of every branch that it cannot fold.
uniform vec3 eye;
uniform vec3 sun;            // towards the light
uniform vec3 sun_colour;
uniform vec3 sky_colour;
uniform vec3 ground_colour;
uniform float shadow_depth;
uniform float exposure;
uniform float gloss;
uniform vec4 hole;           // rectangle of a mirror in the wall's own coordinates, empty where z <= x
uniform sampler2DShadow shadow_map;
// the lifter's clothes: heights and fractions in the rest body's coordinates
uniform vec3 skin_colour;
uniform vec3 top_colour;
uniform vec3 bottom_colour;
uniform vec3 shoe_colour;
uniform vec3 hair_colour;
uniform vec4 hems;           // top's lower edge, trousers' upper edge, trouser legs' lower edge, shoes' upper edge
uniform vec4 cut;            // sleeve length, neck height, neck forward place, has a top
uniform vec2 belt;           // height, half its width
uniform vec4 head;           // forward place, height, size of the head, has hair
in vec3 place;
in vec3 normal;
in vec3 colour;
in vec3 rest;
in vec2 paint;
in vec4 lit_place;
out vec4 pixel;

float hash(vec3 p) { p = fract(p * 0.3183099 + 0.1); p *= 17.0; return fract(p.x * p.y * p.z * (p.x + p.y + p.z)); }

float noise(vec3 p) {
    vec3 i = floor(p), f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    return mix(mix(mix(hash(i), hash(i + vec3(1, 0, 0)), f.x), mix(hash(i + vec3(0, 1, 0)), hash(i + vec3(1, 1, 0)), f.x), f.y),
               mix(mix(hash(i + vec3(0, 0, 1)), hash(i + vec3(1, 0, 1)), f.x),
                   mix(hash(i + vec3(0, 1, 1)), hash(i + vec3(1, 1, 1)), f.x), f.y), f.z);
}

float lattice(vec2 p, vec2 cell, float gap) {
    vec2 q = abs(fract(p / cell) - 0.5) * cell;
    return 1.0 - min(smoothstep(0.0, 0.006, q.x - 0.5 * cell.x + gap + 0.006) + smoothstep(0.0, 0.006, q.y - 0.5 * cell.y + gap + 0.006), 1.0);
}

bool in_top() {
    float neckline = cut.y - 0.75 * (rest.x - cut.z);
    bool covered = rest.z < neckline || (abs(rest.y) > 0.085 && rest.z < cut.y + 0.03);
    return cut.w > 0.5 && covered && rest.z > hems.x && paint.x < cut.x;
}

float hairline(float x) { return x < -0.1 ? mix(-0.62, 0.12, smoothstep(-0.45, -0.1, x)) : mix(0.12, 0.62, smoothstep(0.1, 0.6, x)); }

bool in_hair() {
    vec3 from = (rest - vec3(head.x, 0.0, head.y)) / head.z;
    return head.w > 0.5 && from.z > hairline(from.x) + 0.07 * noise(rest * 60.0);
}

vec3 cloth(vec3 tone, float depth) {
    float fold = noise(rest * vec3(22.0, 22.0, 9.0)) + 0.5 * noise(rest * vec3(55.0, 55.0, 25.0));
    return tone * (1.0 + depth * (fold - 0.75)) * (0.97 + 0.06 * noise(rest * 700.0));
}

vec3 body_colour(out float shine) {
    bool arm = paint.x > 0.0;
    bool sock = !arm && rest.z < hems.w, top = in_top(), eye_ball = paint.y > 1.5;
    bool bottom = !arm && rest.z < hems.y && rest.z > hems.z;
    bool hair = !sock && !top && in_hair();
    bool woven = sock || top || bottom;
    vec3 tone = sock ? vec3(0.8, 0.8, 0.78) : top ? top_colour : bottom ? bottom_colour : hair ? hair_colour : skin_colour;
    tone = eye_ball ? vec3(0.16, 0.12, 0.1) : tone;
    shine = woven ? 0.05 : hair ? 0.25 : eye_ball ? 0.6 : 0.16;
    // one pair of noises serves cloth, hair and skin: both sides of a branch cost
    float broad = noise(rest * (woven ? vec3(22.0, 22.0, 9.0) : hair ? vec3(160.0, 160.0, 50.0) : vec3(28.0)));
    float fine = noise(rest * (woven ? vec3(55.0, 55.0, 25.0) : vec3(120.0)));
    float light = woven ? 1.0 + 0.17 * (broad + 0.5 * fine - 0.75) : hair ? 0.65 + 0.7 * broad : 0.93 + 0.1 * broad + 0.05 * fine;
    return tone * light;
}

vec3 painted(out float shine) {
    shine = gloss;
    if (kind == 1) return body_colour(shine);
    if (kind == 2) { if (!in_top()) discard; shine = 0.04; return cloth(top_colour, 0.3); }
    if (kind == 11) { if (abs(rest.z - belt.x) > belt.y) discard; shine = 0.12; return colour * (0.9 + 0.2 * noise(rest * 90.0)); }
    if (kind == 10) {
        bool sole = rest.z < 0.024;
        bool lace = rest.x > 0.03 && rest.x < 0.09 && rest.z > 0.055 && fract(rest.x / 0.016) < 0.4;
        return sole ? mix(vec3(0.82), shoe_colour, 0.25) : (lace ? vec3(0.85) : cloth(shoe_colour, 0.2));
    }
    if (kind == 3) { float s = step(0.86, noise(rest * 130.0)); return colour * (0.85 + 0.3 * noise(rest * 6.0)) + 0.18 * s; }
    if (kind == 4) {
        float board = floor(rest.y / 0.14);
        float grain = noise(vec3(rest.x * 3.0, rest.y * 60.0, board)) * 0.35 + 0.2 * hash(vec3(board, 3.0, 7.0));
        return colour * (0.72 + grain) * (0.7 + 0.3 * lattice(rest.xy + vec2(board * 0.7, 0.0), vec2(1.8, 0.14), 0.002));
    }
    if (kind == 5) {
        float row = floor(rest.z / 0.085);
        vec2 at = rest.xz + vec2(mod(row, 2.0) * 0.12, 0.0);
        float brick = hash(vec3(floor(at.x / 0.24), row, 1.0));
        return mix(vec3(0.62, 0.6, 0.57), colour * (0.75 + 0.4 * brick), lattice(at, vec2(0.24, 0.085), 0.006)) * (0.9 + 0.2 * noise(rest * 40.0));
    }
    if (kind == 6) return colour * (0.75 + 0.25 * lattice(rest.xz, vec2(1.2, 2.4), 0.004)) * (0.96 + 0.08 * noise(rest * 5.0));
    if (kind == 7) return colour * (0.8 + 0.25 * noise(rest * 2.3) + 0.15 * noise(rest * 11.0));
    if (kind == 8) {
        vec2 pane = abs(fract(rest.xz / vec2(1.6, 2.6)) - 0.5);
        bool glass = pane.x < 0.42 && pane.y < 0.3 && rest.z > 0.5;
        vec3 out_there = mix(vec3(0.5, 0.55, 0.45), vec3(0.85, 0.9, 0.98), smoothstep(0.9, 1.9, rest.z + 0.3 * noise(rest * 4.0)));
        return glass ? out_there * 1.4 : colour;
    }
    if (kind == 9) { if (rest.x > hole.x && rest.x < hole.z && rest.z > hole.y && rest.z < hole.w) discard; return colour * (0.93 + 0.14 * noise(rest * 3.0)); }
    return colour;
}

float sunlight() {
    vec3 at = lit_place.xyz / lit_place.w * 0.5 + 0.5;
    if (any(lessThan(at, vec3(0.0))) || any(greaterThan(at, vec3(1.0)))) return 1.0;
    float sum = 0.0;
    for (int tap = 0; tap < 5; tap++) {
        vec2 aside = vec2(tap == 1 || tap == 2 ? 1.0 : tap == 0 ? 0.0 : -1.0, tap == 1 || tap == 3 ? 1.0 : tap == 0 ? 0.0 : -1.0);
        sum += texture(shadow_map, vec3(at.xy + aside / 800.0, at.z - 0.0025));
    }
    return mix(1.0, sum / 5.0, shadow_depth);
}

void main() {
    float shine;
    vec3 base = painted(shine);
    base *= base;  // display values to light, nearly
    vec3 n = normalize(gl_FrontFacing ? normal : -normal);
    if (!gl_FrontFacing) base *= 0.5;
    vec3 to_eye = normalize(eye - place);
    float facing = dot(n, sun);
    float soft = kind == 1 ? 0.2 : 0.0;
    float lambert = max(0.0, (facing + soft) / (1.0 + soft)) * sunlight();
    vec3 ambient = mix(ground_colour, sky_colour, 0.5 + 0.5 * n.z);
    float rim = 0.5 + 0.5 * max(dot(n, to_eye), 0.0);
    float spark = pow(max(dot(n, normalize(sun + to_eye)), 0.0), 24.0) * shine * lambert;
    vec3 light = base * (ambient * rim + sun_colour * lambert) + sun_colour * spark;
    light *= exposure;
    light = light / (1.0 + 0.35 * light) * 1.2;
    pixel = vec4(sqrt(max(light, 0.0)), 1.0);
}
