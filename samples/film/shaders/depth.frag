#version 330
uniform float person;
out vec4 pixel;
void main() { pixel = vec4(person); }
