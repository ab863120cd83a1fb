#version 330
// Places a vertex in the picture and hands its place, normal and paint coordinates on.
uniform mat4 view_projection;
uniform mat4 light_projection;
in vec3 in_place;
in vec3 in_normal;
in vec3 in_colour;
in vec3 in_rest;
in vec2 in_paint;
out vec3 place;
out vec3 normal;
out vec3 colour;
out vec3 rest;
out vec2 paint;
out vec4 lit_place;

void main() {
    place = in_place;
    normal = in_normal;
    colour = in_colour;
    rest = in_rest;
    paint = in_paint;
    lit_place = light_projection * vec4(in_place, 1.0);
    gl_Position = view_projection * vec4(in_place, 1.0);
}
