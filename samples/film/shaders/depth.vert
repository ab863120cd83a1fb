#version 330
uniform mat4 view_projection;
in vec3 in_place;
void main() { gl_Position = view_projection * vec4(in_place, 1.0); }
