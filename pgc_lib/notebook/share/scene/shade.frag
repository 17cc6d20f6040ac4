// A soft shade on the ground; red says how dark.
uniform vec3 fogColor;
varying vec3 vTint;
varying float vGrown;
void main() {
  float night = 1.0 - step(0.35, dot(fogColor, vec3(0.3, 0.6, 0.1)));
  gl_FragColor = vec4(mix(vec3(0.10, 0.13, 0.18), vec3(0.0), night), vTint.r * vGrown * mix(0.62, 1.0, night));
}
