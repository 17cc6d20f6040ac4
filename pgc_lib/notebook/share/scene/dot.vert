// A round dot that faces the viewer; `dot` is its width in the scene, `tall` the height of the picture in points.
attribute vec3 tint;
attribute float born;
uniform float fogNear;
uniform float wide;
uniform float tall;
varying vec3 vTint;
varying float vFar;
varying float vGrown;
void main() {
  float age = clamp(fogNear - (born / 8.0 - 64.0), 0.0, 1.0);
  vec4 place = modelMatrix * vec4(position, 1.0);
  vec4 seen = viewMatrix * place;
  vTint = tint;
  vGrown = age;
  vFar = distance(cameraPosition, place.xyz);
  gl_Position = projectionMatrix * seen;
  gl_PointSize = max(wide * age * tall * projectionMatrix[1][1] * 0.5 / max(-seen.z, 0.001), 1.5);
}
