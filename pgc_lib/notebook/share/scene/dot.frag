uniform vec3 fogColor;
uniform float fogFar;
varying vec3 vTint;
varying float vFar;
varying float vGrown;
void main() {
  if (vGrown <= 0.0) discard;
  vec2 at = gl_PointCoord * 2.0 - 1.0;
  float r = dot(at, at);
  if (r > 1.0) discard;
  // Lit like a ball from the upper left.
  vec3 slope = vec3(at.x, -at.y, sqrt(1.0 - r));
  float light = 0.62 + 0.46 * max(dot(slope, normalize(vec3(-0.5, 0.7, 0.6))), 0.0);
  float stand = length(cameraPosition);
  float haze = smoothstep(stand - 0.4 * fogFar, stand + 1.5 * fogFar, vFar);
  gl_FragColor = vec4(mix(vTint * light, fogColor, haze * 0.72), 1.0);
}
